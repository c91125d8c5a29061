// Every way on which an asynchronous context travels: which store code finds that others run.
import { AsyncLocalStorage } from "node:async_hooks";
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

const storage = new AsyncLocalStorage();
const found = () => String(storage.getStore());

// Runs `body(done)` with a store of its own; what it gives to `done` is the answer.
const answer = (body) => new Promise((done) => body(done));

// A thenable, as query builders make them, that tells where its then() ran.
const lazy = () => ({
  then(resolve) {
    resolve(found());
  },
});

let rejections = [];
let handled = [];
addEventListener("unhandledrejection", (event) => {
  rejections.push(`${event.reason}: ${found()}`);
  event.preventDefault();
});
addEventListener("rejectionhandled", () => handled.push(found()));

const listened = (target, type, fire, options) =>
  answer((done) => {
    storage.run("listener", () => target.addEventListener(type, () => done(found()), options));
    storage.run("dispatch", fire);
  });

const ways = {
  "await of a promise": async () => (await Promise.resolve(), found()),
  "await of a value": async () => (await null, found()),
  "await of a thenable": async () => await lazy(),
  "code after await of a thenable": async () => (await lazy(), found()),
  "return of a thenable": async () => await (async () => lazy())(),
  "return of a thenable after an await": async () => await (async () => (await null, lazy()))(),
  "Promise.resolve of a thenable": async () => await Promise.resolve(lazy()),
  "resolve() with a thenable": () => answer((done) => done(lazy())),
  "then() that returns a thenable": () => Promise.resolve().then(() => lazy()),
  "Promise.all of thenables": async () => (await Promise.all([lazy(), lazy()])).join(),
  "Promise.race of thenables": () => Promise.race([lazy()]),
  "for await over thenables": async () => {
    for await (const seen of [lazy()]) return seen;
  },
  "async iteration": async () => {
    async function* numbers() {
      yield found();
      await null;
      yield found();
    }
    const seen = [];
    for await (const one of numbers()) seen.push(one);
    return seen.join();
  },
  "resolve() in another context": () =>
    answer((done) => {
      let settle;
      const promise = new Promise((resolve) => (settle = resolve));
      promise.then(() => done(found()));
      storage.run("other", () => settle());
    }),
  "await of what another context resolves": async () => {
    let settle;
    const promise = new Promise((resolve) => (settle = resolve));
    storage.run("other", () => queueMicrotask(settle));
    await promise;
    return found();
  },
  "resolve() with a thenable in another context": () =>
    answer((done) => {
      storage.run("other", () => new Promise((resolve) => resolve(lazy())).then(done));
    }),
  "then()": () => Promise.resolve().then(found),
  "catch()": () => Promise.reject(new Error("x")).catch(found),
  "finally()": () => answer((done) => Promise.resolve().finally(() => done(found()))),
  queueMicrotask: () => answer((done) => queueMicrotask(() => done(found()))),
  setTimeout: () => answer((done) => setTimeout(() => done(found()), 1)),
  setInterval: () =>
    answer((done) => {
      const id = setInterval(() => {
        clearInterval(id);
        done(found());
      }, 1);
    }),
  "scheduler.wait()": async () => (await scheduler.wait(1), found()),
  "listener of an EventTarget": () => {
    const target = new EventTarget();
    return listened(target, "x", () => target.dispatchEvent(new Event("x")));
  },
  "listener of an AbortSignal": () => {
    const controller = new AbortController();
    return listened(controller.signal, "abort", () => controller.abort());
  },
  "onabort": () => {
    const controller = new AbortController();
    return answer((done) => {
      storage.run("listener", () => (controller.signal.onabort = () => done(found())));
      storage.run("dispatch", () => controller.abort());
    });
  },
  "listener of AbortSignal.timeout()": () =>
    answer((done) => {
      const signal = storage.run("made", () => AbortSignal.timeout(1));
      storage.run("listener", () => signal.addEventListener("abort", () => done(found())));
    }),
  "message of a MessagePort": () =>
    answer((done) => {
      const { port1, port2 } = new MessageChannel();
      storage.run("listener", () => (port2.onmessage = () => done(found())));
      storage.run("sender", () => port1.postMessage(1));
    }),
  "message of a WebSocket": () =>
    answer((done) => {
      const [one, two] = Object.values(new WebSocketPair());
      storage.run("accept one", () => one.accept());
      storage.run("accept two", () => two.accept());
      storage.run("listener", () => two.addEventListener("message", () => done(found())));
      storage.run("sender", () => one.send("x"));
    }),
  "close of a WebSocket": () =>
    answer((done) => {
      const [one, two] = Object.values(new WebSocketPair());
      storage.run("accept one", () => one.accept());
      storage.run("accept two", () => two.accept());
      storage.run("listener", () => two.addEventListener("close", () => done(found())));
      storage.run("closer", () => one.close(1000));
    }),
  "unhandledrejection": async () => {
    rejections = [];
    storage.run("rejecting", () => void Promise.reject("now"));
    storage.run("later", () => void Promise.resolve().then(() => Promise.reject("then")));
    storage.run("async", () => void (async () => {
      await null;
      throw "async";
    })());
    await scheduler.wait(2);
    return rejections.sort().join();
  },
  "rejectionhandled": async () => {
    handled = [];
    const promise = storage.run("rejecting", () => Promise.reject("late"));
    await scheduler.wait(2);
    storage.run("handling", () => promise.catch(() => {}));
    await scheduler.wait(2);
    return handled.join();
  },
  "service": async (env) => (await env.SELF.fetch("http://x/nothing"), found()),
  "fetch() of a service": async (env) => (await env.SELF.fetch("http://x/store")).text(),
  "method of a service": (env) => env.CONTEXT.store(),
  "method of an object": (env) => env.ROOM.getByName("x").store(),
  "after a method of an object": async (env) => (await env.ROOM.getByName("x").store(), found()),
  "storage of an object": (env) => env.ROOM.getByName("x").ways(),
  "alarm": (env) => env.ROOM.getByName("alarm").alarmed(),
  "waitUntil": (env, ctx) =>
    answer((done) => {
      ctx.waitUntil((async () => (await null, done(found())))());
    }),
  "AsyncLocalStorage.snapshot()": () => {
    const run = storage.run("snapshot", () => AsyncLocalStorage.snapshot());
    return run(found);
  },
  "AsyncLocalStorage.bind()": () => storage.run("bound", () => AsyncLocalStorage.bind(found))(),
  "dynamic import": async () => (await import("./shapes.js"), found()),
  "async generator that goes on elsewhere": async () => {
    async function* numbers() {
      yield found();
      yield found();
    }
    const all = numbers();
    const first = (await all.next()).value;
    const second = (await storage.run("elsewhere", () => all.next())).value;
    return `${first} ${second}`;
  },
  "FinalizationRegistry, getters and proxies stay where they are": () =>
    new Proxy({}, { get: () => found() }).anything,
};

export class Context extends WorkerEntrypoint {
  store() {
    return found();
  }
}

export class Room extends DurableObject {
  store() {
    return found();
  }
  ways() {
    const { storage: records } = this.ctx;
    return storage.run("in the object", async () => {
      const seen = [];
      await records.put("a", 1);
      seen.push(found());
      await records.get("a");
      seen.push(found());
      await records.transaction(async () => seen.push(found()));
      await this.ctx.blockConcurrencyWhile(async () => seen.push(found()));
      seen.push(found());
      return seen.join();
    });
  }
  alarmed() {
    return answer((done) => {
      this.done = done;
      storage.run("setter", () => this.ctx.storage.setAlarm(Date.now()));
    });
  }
  alarm() {
    this.done(found());
  }
}

export const store = found;

export async function asyncContext({ env, ctx }) {
  const out = {};
  for (const [name, go] of Object.entries(ways)) {
    try {
      out[name] = String(await storage.run("runner", () => go(env, ctx)));
    } catch (error) {
      out[name] = `${error}`;
    }
  }
  return out;
}
