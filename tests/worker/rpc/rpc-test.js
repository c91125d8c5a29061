import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

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
  get shelves() {
    return new Map([["a", 1]]);
  }
  get shelf() {
    return ["a", "b"];
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
  instance(wrapped) {
    class Basket {
      total() {}
    }
    return wrapped ? [new Map([["deep", { basket: new Basket() }]])] : new Basket();
  }
  bare() {
    return { __proto__: null, a: 1 };
  }
  everything() {
    const loop = { list: [1, , "x"], map: new Map([[{ a: 1 }, new Set([2n])]]), at: new Date(0), by: /x/g };
    loop.self = loop;
    return [loop, new Uint8Array([1]), new Error("e"), Object(1), undefined, null];
  }
  failWith(properties) {
    throw Object.assign(new TypeError("rich", { cause: "poor" }), properties);
  }
  failForGood() {
    throw Object.assign(new TypeError("rich"), { code: 7, lost: () => {} });
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
  price(fruit, env, ctx) {
    return [fruit, typeof env.SHOP, typeof ctx.waitUntil, this === plain];
  },
  hello() {
    return arguments.length;
  },
  most(a, b, env, ctx) {},
  later: { too: (value) => value * 2 },
  motto: "always open",
};

class Bare {
  name() {
    return "bare";
  }
}
export { Bare };

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
    const missing = (what) => ({
      name: "Error",
      message: `not implemented in lathe: ${what} as an argument or a result of a call`,
    });
    await rejects(async () => SHOP.echo(() => {}), missing("a function"));
    await rejects(async () => SHOP.echo({ deep: [() => {}] }), missing("a function"));
    await rejects(async () => SHOP.whatever(), missing("a function"));
    await rejects(async () => SHOP.echo(SHOP), missing("a stub"));
    await rejects(async () => SHOP.echo(new (class extends RpcTarget {})()), missing("an RpcTarget"));
    await rejects(async () => SHOP.echo(new Response("x").body), missing("a stream"));
    await rejects(async () => SHOP.echo(new URL("http://x/")), {
      name: "DataCloneError",
      message: 'Could not serialize object of type "URL". This type does not support serialization.',
    });
  },
};

export const instancesOfClassesAreRefused = {
  async test(controller, { SHOP }) {
    const refusal = (type) => ({
      name: "DataCloneError",
      message: `Could not serialize object of type "${type}". This type does not support serialization.`,
    });
    await rejects(async () => SHOP.instance(false), refusal("Basket"));
    await rejects(async () => SHOP.instance(true), refusal("Basket"));
    await rejects(async () => SHOP.bare(), refusal("Object"));
    class Coin {}
    await rejects(async () => SHOP.echo({ coins: [new Coin()] }), refusal("Coin"));

    const [loop, bytes, error, boxed, ...rest] = await SHOP.everything();
    strictEqual(loop.self, loop);
    deepStrictEqual([loop.list, loop.map, loop.at, loop.by], [
      [1, , "x"], new Map([[{ a: 1 }, new Set([2n])]]), new Date(0), /x/g,
    ]);
    deepStrictEqual([bytes, error.message, boxed.valueOf(), ...rest], [new Uint8Array([1]), "e", 1, undefined, null]);
  },
};

export const errorsKeepTheirProperties = {
  async test(controller, { SHOP }) {
    await rejects(async () => SHOP.failWith({ code: 7, details: { list: [1] }, name: "Poverty" }), (error) => {
      deepStrictEqual(Object.keys(error).sort(), ["cause", "code", "details", "name", "remote"]);
      deepStrictEqual([error.code, error.details, error.cause, error.message], [7, { list: [1] }, "poor", "rich"]);
      return error.name === "Poverty" && error.durableObjectId === undefined;
    });
    // As in Workers: what cannot be cloned as a whole is told by its name and message.
    await rejects(async () => SHOP.failForGood(), (error) => {
      deepStrictEqual(Object.keys(error), ["remote"]);
      return error instanceof TypeError && error.message === "rich";
    });
  },
};

export const functionsOfAPlainObjectAreHandlers = {
  async test(controller, { PLAIN }) {
    strictEqual(await (await PLAIN.fetch("https://x/")).text(), "plain");
    deepStrictEqual(await PLAIN.price("pear"), ["pear", "object", "function", true]);
    strictEqual(await PLAIN.hello(undefined), 3);
    strictEqual(await PLAIN.later.too(4), 8);
    strictEqual(await PLAIN.motto, "always open");
    await rejects(async () => PLAIN.fetchAll(1), TypeError);
    await rejects(async () => PLAIN.alarm(1), { message: /'alarm' is a reserved method/ });
  },
};

export const handlersTakeOneArgument = {
  async test(controller, { PLAIN }) {
    const wrong = (name) => ({
      name: "TypeError",
      message:
        `Attempted to call RPC function "${name}" with the wrong number of arguments. When calling a top-level ` +
        "handler function that is not declared as part of a class, you must always send exactly one argument. In " +
        "order to support variable numbers of arguments, the server must use class-based syntax (extending " +
        "WorkerEntrypoint) instead.",
    });
    await rejects(async () => PLAIN.price(), wrong("price"));
    await rejects(async () => PLAIN.price(1, 2), wrong("price"));
    await rejects(async () => PLAIN.most(1, 2), {
      name: "TypeError",
      message:
        'Cannot call handler function "most" over RPC because it has the wrong number of arguments. A simple ' +
        "function handler can only be called over RPC if it has exactly the arguments (arg, env, ctx), where only " +
        "the first argument comes from the client. To support multi-argument RPC functions, use class-based " +
        "syntax (extending WorkerEntrypoint) instead.",
    });
  },
};

export const aClassOfItsOwnHasNoMethodsForOthers = {
  async test(controller, { BARE }) {
    await rejects(async () => BARE.name(), { name: "TypeError", message: /does not support RPC/ });
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

// A call finds what the script has written, and nothing of the language's own prototypes.
export const theLanguagesOwnMethodsAreNotReached = {
  async test(controller, { SHOP }) {
    const unreachable = {
      call: () => SHOP.add.call({ secret: 1 }, 1, 2),
      apply: () => SHOP.add.apply({ secret: 1 }, [1, 2]),
      bind: () => SHOP.add.bind({}),
      prototype: async () => await SHOP.add.prototype,
      get: () => SHOP.shelves.get("a"),
      slice: () => SHOP.shelf.slice(0),
    };
    for (const [name, use] of Object.entries(unreachable)) {
      await rejects(async () => await use(), {
        name: "TypeError",
        message: `The RPC receiver does not implement the method "${name}".`,
      });
    }
    strictEqual(await SHOP.add.length, 2);
    strictEqual(await SHOP.shelf[1], "b");
  },
};

// These are answered where they are asked.
export const whatEveryObjectHasIsNotSent = {
  test(controller, { SHOP }) {
    strictEqual(SHOP.add.toString(), "[object JsRpcProperty]");
    strictEqual(SHOP.add.hasOwnProperty("x"), false);
  },
};
