import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  log = [];

  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.id.name === "slow") {
      ctx.blockConcurrencyWhile(async () => {
        await scheduler.wait(5);
        this.ready = true;
      });
    }
    if (ctx.id.name === "broken") throw new RangeError("cannot be made");
  }

  async fetch(request) {
    return Response.json({
      method: request.method,
      url: request.url,
      body: await request.text(),
      name: this.ctx.id.name,
      ready: this.ready,
    });
  }

  add(a, b) {
    return a + b;
  }

  async visit(who, ms) {
    this.log.push(`${who} in`);
    await scheduler.wait(ms);
    this.log.push(`${who} out`);
    return this.log;
  }

  async visitAlone(who, ms) {
    return this.ctx.blockConcurrencyWhile(() => this.visit(who, ms));
  }

  async order() {
    const order = [1];
    const done = this.ctx.blockConcurrencyWhile(async () => {
      order.push(3);
      await scheduler.wait(1);
      return 4;
    });
    order.push(2);
    order.push(await done);
    return order;
  }

  async twoInOneTurn() {
    const order = [];
    const section = (name) => async () => {
      order.push(`${name} begins`);
      await scheduler.wait(1);
      order.push(`${name} ends`);
    };
    const first = this.ctx.blockConcurrencyWhile(section("first"));
    const second = this.ctx.blockConcurrencyWhile(section("second"));
    await Promise.all([first, second]);
    return order;
  }

  async nested(depth) {
    if (depth === 0) return "deep enough";
    return this.ctx.blockConcurrencyWhile(() => this.nested(depth - 1));
  }

  async timerOutside() {
    const order = [];
    const fired = new Promise((done) => setTimeout(() => done(order.push("timer")), 1));
    await this.ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(10);
      order.push("section");
    });
    await fired;
    return order;
  }

  async failInside() {
    await this.ctx.blockConcurrencyWhile(async () => {
      throw new Error("in the section");
    });
  }

  abort(reason) {
    this.ctx.abort(reason);
  }
}

export class OldStyle {
  constructor(ctx, env) {
    this.id = ctx.id;
  }
  fetch() {
    return new Response(`old ${this.id.name}`);
  }
  method() {}
}

export const idsAreMadeFromNamesAndKeys = {
  test(controller, { ROOM }) {
    const id = ROOM.idFromName("name");
    strictEqual(
      id.toString(),
      "3652ef6221834806dc8df802d1d216e27b7d07e0a6b7adf6cfdaeec90f06459a",
    );
    strictEqual(id.name, "name");
    const again = ROOM.idFromString(String(id));
    ok(again.equals(id) && id.equals(again));
    strictEqual(again.name, undefined);
    ok(!ROOM.newUniqueId().equals(ROOM.newUniqueId()));
    strictEqual(ROOM.newUniqueId().name, undefined);
  },
};

export const aStubTellsWhoseItIs = {
  test(controller, { ROOM }) {
    const id = ROOM.idFromName("name");
    const stub = ROOM.get(id);
    deepStrictEqual(Object.keys(stub), ["name", "id"]);
    deepStrictEqual({ ...new Proxy(stub, {}) }, { name: "name", id });
    strictEqual(stub.id, id);
    deepStrictEqual([stub.name, ROOM.getByName("name").name], ["name", "name"]);
    strictEqual(ROOM.get(ROOM.newUniqueId()).name, undefined);
    stub.mine = 1;
    deepStrictEqual(Object.keys(stub), ["name", "id", "mine"]);
    deepStrictEqual([Object.hasOwn(stub, "method"), typeof stub.method], [false, "function"]);
  },
};

export const errorsTellWhoseTheyAre = {
  async test(controller, { ROOM }) {
    const stub = ROOM.getByName("broken");
    const durableObjectId = String(stub.id);
    await rejects(async () => stub.nested(0), { message: "cannot be made", durableObjectId, remote: true });
  },
};

export const idsOfOthersAreRefused = {
  test(controller, { ROOM, OLD }) {
    const foreign = "Durable Object ID is not valid for this namespace.";
    throws(() => ROOM.idFromString("name"), {
      name: "TypeError",
      message: "Invalid Durable Object ID: must be 64 hex digits",
    });
    throws(() => ROOM.idFromString(String(OLD.idFromName("name"))), { message: foreign });
    throws(() => ROOM.get(OLD.idFromName("name")), { name: "TypeError", message: foreign });
    throws(() => ROOM.newUniqueId({ jurisdiction: "eu" }), /not implemented/);
    throws(() => ROOM.get(ROOM.newUniqueId(), { routingMode: "x" }), {
      name: "RangeError",
      message: "unknown routingMode: x",
    });
  },
};

export const stubsFetchAndCall = {
  async test(controller, { ROOM }) {
    const stub = ROOM.getByName("a");
    ok(stub.id.equals(ROOM.idFromName("a")));
    strictEqual(stub.name, "a");
    const response = await stub.fetch("https://x/path", { method: "POST", body: "sent" });
    deepStrictEqual(await response.json(), {
      method: "POST",
      url: "https://x/path",
      body: "sent",
      name: "a",
    });
    strictEqual(await stub.add(1, 2), 3);
    await rejects(async () => stub.absent(), {
      message: 'The RPC receiver does not implement the method "absent".',
    });
  },
};

export const eventsInterleaveAtAwaits = {
  async test(controller, { ROOM }) {
    const stub = ROOM.getByName("interleaving");
    await Promise.all([stub.visit("a", 5), stub.visit("b", 1)]);
    deepStrictEqual(await stub.visit("c", 1), [
      ...["a in", "b in", "b out", "a out"],
      ...["c in", "c out"],
    ]);
  },
};

export const blockedEventsWait = {
  async test(controller, { ROOM }) {
    const stub = ROOM.getByName("alone");
    const [log] = await Promise.all([stub.visitAlone("a", 5), stub.visit("b", 1)]);
    deepStrictEqual(log, ["a in", "a out"]);
  },
};

export { sectionsStartAfterTheirTurnAndOneAfterTheOther as "IG-33: a section starts after its turn, and several one after the other" };
const sectionsStartAfterTheirTurnAndOneAfterTheOther = {
  async test(controller, { ROOM }) {
    const stub = ROOM.getByName("order");
    deepStrictEqual(await stub.order(), [1, 2, 3, 4]);
    deepStrictEqual(await stub.twoInOneTurn(), [
      ...["first begins", "first ends"],
      ...["second begins", "second ends"],
    ]);
  },
};

export { sectionsNestSixtyFourDeep as "IG-28: sections nest sixty-four deep" };
const sectionsNestSixtyFourDeep = {
  async test(controller, { ROOM }) {
    strictEqual(await ROOM.getByName("deep").nested(64), "deep enough");
    await rejects(async () => ROOM.getByName("deeper").nested(65), {
      message: "blockConcurrencyWhile() calls are nested too deeply.",
    });
  },
};

export { theConstructorsSectionComesBeforeTheFirstEvent as "IG-34: the constructor's section comes before the first event" };
const theConstructorsSectionComesBeforeTheFirstEvent = {
  async test(controller, { ROOM }) {
    strictEqual((await (await ROOM.getByName("slow").fetch("https://x/")).json()).ready, true);
  },
};

export { aTimerFromOutsideWaitsForTheSection as "IG-35: a timer from outside waits for the section" };
const aTimerFromOutsideWaitsForTheSection = {
  async test(controller, { ROOM }) {
    deepStrictEqual(await ROOM.getByName("timer").timerOutside(), ["section", "timer"]);
  },
};

export const aBrokenActorStaysDeadForItsStubs = {
  async test(controller, { ROOM }) {
    const breaks = {
      failing: [(stub) => stub.failInside(), "in the section"],
      aborting: [(stub) => stub.abort("my reason"), "my reason"],
      plain: [(stub) => stub.abort(), "Application called abort() to reset Durable Object."],
      broken: [(stub) => stub.add(1, 1), "cannot be made"],
    };
    for (const [name, [breakIt, message]] of Object.entries(breaks)) {
      const stub = ROOM.getByName(name);
      const expected = { message, durableObjectReset: true, remote: true };
      await rejects(async () => breakIt(stub), expected);
      await rejects(async () => stub.add(1, 2), expected);
      if (name !== "broken") strictEqual(await ROOM.getByName(name).add(1, 2), 3);
    }
  },
};

export const classesWithoutTheBaseOnlyFetch = {
  async test(controller, { OLD }) {
    const stub = OLD.getByName("style");
    strictEqual(await (await stub.fetch("https://x/")).text(), "old style");
    await rejects(async () => stub.method(), {
      name: "TypeError",
      message: /^The receiving Durable Object does not support RPC, because its class/,
    });
  },
};
