import { WorkerEntrypoint } from "cloudflare:workers";

export default {
  async fetch(request, env) {
    return Response.json({
      name: env.NAME,
      method: request.method,
      url: request.url,
      header: request.headers.get("x-asked"),
      body: await request.text(),
    });
  },
};

// Made anew for every event, with `ctx` and `env` as its own.
export class Admin extends WorkerEntrypoint {
  calls = 0;

  async fetch(request) {
    ++this.calls;
    return new Response(`${this.env.NAME}, ${typeof this.ctx.waitUntil}, call ${this.calls}`);
  }
}

// Sends on to wherever a request's parameter `to` says, with the status `by`, unless it says nowhere.
export const signpost = {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const to = searchParams.get("to");
    if (to !== null) return new Response(null, { status: Number(searchParams.get("by")), headers: { location: to } });
    const headers = Object.fromEntries(request.headers);
    return Response.json({ method: request.method, url: request.url, headers, body: await request.text() });
  },
};

export const plain = {
  fetch(request, env, ctx) {
    return new Response(`plain of ${env.NAME}`, { status: 203, headers: { "x-plain": "yes" } });
  },
};
