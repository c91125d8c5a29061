// What goes with code across everything that continues it: AsyncLocalStorage, and withEnv() and its like.
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import hooks, { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import {
  DurableObject, WorkerEntrypoint, env, exports, withEnv, withEnvAndExports, withExports,
} from "cloudflare:workers";

const storage = new AsyncLocalStorage();
const other = new AsyncLocalStorage({ defaultValue: "default", name: "other" });

export class Room extends DurableObject {}
export default {
  fetch: () => new Response(String(storage.getStore())),
};

export const aStoreIsThereWhileItsFunctionRuns = {
  test() {
    strictEqual(storage.getStore(), undefined);
    const result = storage.run(1, (...args) => [storage.getStore(), other.getStore(), ...args], "a", "b");
    deepStrictEqual(result, [1, "default", "a", "b"]);
    storage.run(1, () => {
      other.run(2, () => deepStrictEqual([storage.getStore(), other.getStore()], [1, 2]));
      storage.run(undefined, () => strictEqual(storage.getStore(), undefined));
      storage.exit(() => strictEqual(storage.getStore(), undefined));
      deepStrictEqual([storage.getStore(), other.getStore()], [1, "default"]);
    });
    throws(() => storage.run(1, () => { throw new RangeError(); }), RangeError);
    strictEqual(storage.getStore(), undefined);
    deepStrictEqual([other.name, storage.name, hooks.AsyncLocalStorage === AsyncLocalStorage], ["other", "", true]);
  },
};

const later = {
  "a promise": () => Promise.resolve().then(() => storage.getStore()),
  "await": async () => (await null, storage.getStore()),
  "a timeout": () => new Promise((done) => setTimeout(() => done(storage.getStore()), 1)),
  "an immediate": () => new Promise((done) => setImmediate(() => done(storage.getStore()))),
  "a microtask": () => new Promise((done) => queueMicrotask(() => done(storage.getStore()))),
  "I/O": async () => (await scheduler.wait(1), storage.getStore()),
  "a service": async () => (await env.SELF.fetch("http://x"), storage.getStore()),
  "an interval": () =>
    new Promise((done) => {
      let count = 0;
      const id = setInterval(() => {
        if (++count < 3) return;
        clearInterval(id);
        done(storage.getStore());
      }, 1);
    }),
  "many steps": async () => {
    for (let i = 0; i < 5; ++i) await new Promise((done) => setTimeout(done, 1));
    return storage.getStore();
  },
};

export const aStoreGoesWithAllThatContinues = {
  async test() {
    for (const [name, get] of Object.entries(later)) {
      const got = await Promise.all([storage.run("first", get), get(), storage.run("second", get)]);
      deepStrictEqual(got, ["first", undefined, "second"], name);
      strictEqual(storage.getStore(), undefined);
    }
  },
};

export const aStoreStaysInItsRequest = {
  async test() {
    const text = async () => (await env.SELF.fetch("http://x")).text();
    strictEqual(await storage.run("mine", text), "undefined");
  },
};

export const functionsCanBeBound = {
  async test() {
    const bound = storage.run(1, () => AsyncLocalStorage.bind((a) => [storage.getStore(), a]));
    const snapshot = storage.run(2, () => AsyncLocalStorage.snapshot());
    const resource = storage.run(3, () => new AsyncResource("mine"));
    const receiver = { get() { return [storage.getStore(), this === receiver]; } };
    storage.run(4, () => {
      deepStrictEqual(bound("x"), [1, "x"]);
      strictEqual(snapshot((a, b) => storage.getStore() + a + b, 10, 20), 32);
      deepStrictEqual(resource.runInAsyncScope(receiver.get, receiver), [3, true]);
      deepStrictEqual(resource.bind(receiver.get).call(receiver), [3, true]);
      deepStrictEqual(resource.bind(receiver.get, receiver)(), [3, true]);
      strictEqual(AsyncResource.bind(() => storage.getStore())(), 4);
    });
    strictEqual(resource.bind((a, b) => {}).length, 2);
    throws(() => AsyncLocalStorage.bind(1), { code: "ERR_INVALID_ARG_TYPE" });
    throws(() => new AsyncResource(), { code: "ERR_INVALID_ARG_TYPE" });
    throws(() => storage.enterWith(1), /enterWith\(\) is not implemented/);
    throws(() => storage.disable(), /disable\(\) is not implemented/);
    deepStrictEqual([hooks.executionAsyncId(), hooks.triggerAsyncId()], [0, 0]);
    strictEqual(typeof hooks.createHook({}).enable().disable, "function");
  },
};

let boundBefore;

export class Binding extends WorkerEntrypoint {
  fetch() {
    boundBefore ??= [AsyncLocalStorage.bind(() => "bound"), AsyncLocalStorage.snapshot()];
    const [bound, snapshot] = boundBefore;
    return Response.json([bound(), snapshot(() => "snapshot")]);
  }
}
const global = AsyncLocalStorage.bind(() => "of no request");

export const whatIsBoundInARequestIsOfNoUseToOthers = {
  async test(controller, { BINDING }) {
    deepStrictEqual(await (await BINDING.fetch("http://x")).json(), ["bound", "snapshot"]);
    const message =
      "Cannot call this AsyncLocalStorage bound function outside of the request in which it was created.";
    await rejects(BINDING.fetch("http://x"), { message });
    strictEqual(global(), "of no request");
  },
};

export const anErrorEventIsToldWhereItsCodeRan = {
  async test() {
    const { promise, resolve } = Promise.withResolvers();
    addEventListener("error", (event) => { event.preventDefault(); resolve(storage.getStore()); }, { once: true });
    storage.run("here", () => queueMicrotask(() => { throw new Error("expected by the test"); }));
    strictEqual(await promise, "here");
  },
};

export const theImportedEnvCanBeAnother = {
  async test(controller, own) {
    deepStrictEqual([env.COLOUR, own.COLOUR, "COLOUR" in env, Object.keys(env).sort()], [
      "red", "red", true, ["BINDING", "COLOUR", "ROOM", "SELF"],
    ]);
    const seen = await withEnv({ COLOUR: "blue" }, async () => {
      await scheduler.wait(1);
      return [env.COLOUR, env.SELF, "SELF" in env, Object.keys(env), { ...env }, exports.Room !== undefined];
    });
    deepStrictEqual(seen, ["blue", undefined, false, ["COLOUR"], { COLOUR: "blue" }, true]);
    strictEqual(env.COLOUR, "red");
    await rejects(withEnv({}, async () => { throw new RangeError(); }), RangeError);
    deepStrictEqual([null, undefined, 1].map((other) => withEnv(other, () => env.COLOUR)), [undefined, undefined, "red"]);
    // A module that is imported meanwhile is started with it.
    const { colour } = await withEnv({ COLOUR: "green" }, () => import("./started-late.js"));
    strictEqual(colour, "green");
  },
};

export const theImportedExportsCanBeOthers = {
  async test() {
    deepStrictEqual([typeof exports.Room.idFromName, typeof exports.default.fetch], ["function", "function"]);
    deepStrictEqual(withExports({ Room: 1 }, () => [exports.Room, exports.default, env.COLOUR]), [1, undefined, "red"]);
    deepStrictEqual(withEnvAndExports({ COLOUR: 1 }, { Room: 2 }, () => [env.COLOUR, exports.Room]), [1, 2]);
  },
};
