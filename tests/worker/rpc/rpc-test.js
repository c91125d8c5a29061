import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { WorkerEntrypoint } from "cloudflare:workers";

class Counting extends WorkerEntrypoint {
  inherited() {
    return "from the base";
  }
}

export class Shop extends Counting {
  secret = "its own";
  calls = 0;

  add(a, b) {
    ++this.calls;
    return a + b;
  }
  async later(value) {
    await scheduler.wait(2);
    return { value, calls: this.calls };
  }
  echo(...values) {
    return values;
  }
  fail(message) {
    throw new RangeError(message);
  }
  nothing() {}
  get motto() {
    return "fresh every day";
  }
  nested() {
    return { deep: { list: [1, 2, 3] } };
  }
  settings() {
    return { alarm: "on", fetch: { dup: 2 } };
  }
  get schedule() {
    return { alarm: "at eight" };
  }
  whatever() {
    return () => "a function";
  }
  context() {
    return [typeof this.ctx.waitUntil, typeof this.env.SHOP];
  }
  fetch() {
    return new Response("still fetched");
  }
}

export const plain = {
  fetch() {
    return new Response("plain");
  },
};

export const methodsAreCalledWithTheirArguments = {
  async test(controller, { SHOP }) {
    strictEqual(await SHOP.add(1, 2), 3);
    deepStrictEqual(await SHOP.later("x"), { value: "x", calls: 0 });
    strictEqual(await SHOP.nothing(), undefined);
    strictEqual(await SHOP.inherited(), "from the base");
    deepStrictEqual(await SHOP.context(), ["function", "object"]);
  },
};

export const valuesAreCloned = {
  async test(controller, { SHOP }) {
    const values = [new Map([["k", new Set([1])]]), new Date(5), [undefined, null, 1n], "ü", NaN];
    deepStrictEqual(await SHOP.echo(...values), values);
    const error = (await SHOP.echo(new RangeError("cloned")))[0];
    ok(error instanceof RangeError);
    strictEqual(error.message, "cloned");
    const mine = { list: [1] };
    const theirs = (await SHOP.echo(mine))[0];
    ok(theirs !== mine && theirs.list !== mine.list);
  },
};

export const propertiesCanBeAwaited = {
  async test(controller, { SHOP }) {
    strictEqual(await SHOP.motto, "fresh every day");
  },
};

export const theResultCanBeUsedBeforeItIsThere = {
  async test(controller, { SHOP }) {
    strictEqual(await SHOP.nested().deep.list[2], 3);
    deepStrictEqual(await SHOP.nested().deep, { list: [1, 2, 3] });
  },
};

export const errorsComeBackWithTheirTypeAndMessage = {
  async test(controller, { SHOP }) {
    await rejects(SHOP.fail("too far"), { name: "RangeError", message: "too far", remote: true });
    await rejects(async () => SHOP.fail("again"), RangeError);
    let caught;
    await SHOP.fail("thrown").catch((error) => (caught = error));
    strictEqual(caught.message, "thrown");
  },
};

export const whatAnInstanceKeepsIsItsOwn = {
  async test(controller, { SHOP }) {
    for (const name of ["secret", "calls", "absent"]) {
      await rejects(async () => SHOP[name](), {
        name: "TypeError",
        message: `The RPC receiver does not implement the method "${name}".`,
      });
    }
    await rejects(async () => SHOP.motto(), { message: '"motto" is not a function.' });
  },
};

export const functionsAndPlatformObjectsAreRefusedForNow = {
  async test(controller, { SHOP }) {
    await rejects(async () => SHOP.echo(() => {}), { name: "DataCloneError" });
    await rejects(async () => SHOP.echo(new Headers()), {
      name: "DataCloneError",
      message:
        'Could not serialize object of type "Headers". This type does not support serialization.',
    });
    await rejects(async () => SHOP.whatever(), { name: "DataCloneError" });
  },
};

export const onlyClassesHaveMethods = {
  async test(controller, { PLAIN }) {
    strictEqual(await (await PLAIN.fetch("https://x/")).text(), "plain");
    await rejects(async () => PLAIN.fetchAll(), TypeError);
  },
};

export const aStubIsNoPromise = {
  async test(controller, { SHOP }) {
    strictEqual(await SHOP, SHOP);
    strictEqual(SHOP.then, undefined);
    strictEqual(typeof SHOP.add, "function");
    strictEqual(await (await SHOP.fetch("https://x/")).text(), "still fetched");
  },
};

export const namesThatStubsReserveAreFreeWithinValues = {
  async test(controller, env) {
    strictEqual(await env.SHOP.settings().alarm, "on");
    strictEqual(await env.SHOP.settings().fetch.dup, 2);
    strictEqual(await env.SHOP.schedule.alarm, "at eight");
    await rejects(async () => await env.SHOP.settings().constructor, { name: "TypeError" });
    await rejects(env.SHOP.alarm(), { message: "'alarm' is a reserved method and cannot be called over RPC." });
  },
};
