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

export const plain = {
  fetch(request, env, ctx) {
    return new Response(`plain of ${env.NAME}`, { status: 203, headers: { "x-plain": "yes" } });
  },
};
