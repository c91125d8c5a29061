import { DurableObject } from "cloudflare:workers";

// What each path adds to the count.
const steps = { "/": 0, "/increment": 1, "/decrement": -1 };

// One count, kept on the disk. All requests for a name reach the same object, and while one of them
// waits for its storage no other begins: no two ever add to the same number.
export class Counter extends DurableObject {
  async fetch(request) {
    const step = steps[new URL(request.url).pathname];
    const count = ((await this.ctx.storage.get("count")) ?? 0) + step;

    // Nobody awaits the put, and yet the response does not leave before it is on the disk.
    if (step !== 0) this.ctx.storage.put("count", count);
    return Response.json({ count });
  }
}

export default {
  fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (!Object.hasOwn(steps, pathname)) {
      return Response.json({ error: `Nothing is at ${pathname}` }, { status: 404 });
    }
    const name = searchParams.get("name") ?? "visitors";
    return env.COUNTERS.getByName(name).fetch(request);
  },
};
