// Parses the body and sends it back: what an API does at the least.
export default {
  async fetch(request) {
    return Response.json(await request.json());
  },
};
