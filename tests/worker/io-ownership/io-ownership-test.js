import { rejects, strictEqual } from "node:assert";

let kept;

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/keep") {
      kept = request;
      return new Response("kept");
    }
    try {
      return new Response(await kept.text());
    } catch (error) {
      return new Response(`${error.constructor.name}: ${error.message}`);
    }
  },
};

const ask = async (env, path, init) => (await env.SELF.fetch(`https://x${path}`, init)).text();

export const aBodyBelongsToTheEventThatBroughtIt = {
  async test(controller, env) {
    strictEqual(await ask(env, "/keep", { method: "POST", body: "mine" }), "kept");
    strictEqual(
      await ask(env, "/use"),
      "Error: Cannot perform I/O on behalf of a different request. I/O objects (such as streams, " +
        "request/response bodies, and others) created in the context of one request handler cannot " +
        "be accessed from a different request's handler. This is a limitation of Cloudflare Workers " +
        "which allows us to improve overall performance. (I/O type: ReadableStream)",
    );
  },
};

export const whatIsNoBodyCanBeShared = {
  async test(controller, env) {
    await ask(env, "/keep", { method: "POST", body: "mine" });
    strictEqual(kept.method, "POST");
    strictEqual(kept.headers.get("content-type"), "text/plain;charset=UTF-8");
  },
};

export const aBodyIsReadOnce = {
  async test() {
    const request = new Request("https://x/", { method: "POST", body: "once" });
    strictEqual(await request.text(), "once");
    await rejects(request.text(), TypeError);
  },
};
