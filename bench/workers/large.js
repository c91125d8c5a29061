const body = "x".repeat(64 * 1024);

export default {
  fetch() {
    return new Response(body);
  },
};
