// The words in which tests speak of what happens inside a Durable Object. The objects run in the
// isolate of the tests, so a function goes to an object by its number, and its closure with it.
import { DurableObject } from "cloudflare:workers";

const bodies = [];

export class Base extends DurableObject {
  alarms = [];

  async run(number) {
    return await bodies[number](this.ctx.storage, this.ctx, this);
  }

  async alarm(info) {
    this.alarms.push(info);
    await this.onAlarm?.(info);
  }
}
export class Sync extends Base {} // of new_sqlite_classes
export class Cached extends Base {} // of new_classes

// One object, from outside.
export class Handle {
  constructor(namespace, model, id = namespace.newUniqueId()) {
    this.namespace = namespace;
    this.model = model;
    this.id = id;
  }

  // A stub that has not seen the object break.
  get stub() {
    return this.namespace.get(this.id);
  }

  // Runs `body(storage, ctx, object)` inside.
  async run(body) {
    const number = bodies.push(body) - 1;
    try {
      return await this.stub.run(number);
    } finally {
      delete bodies[number];
    }
  }

  // All that it stores.
  async entries() {
    let entries;
    await this.run(async (storage) => (entries = [...(await storage.list())]));
    return entries;
  }
}

const models = ["SYNC", "CACHED"];

// Tests whose body runs inside a fresh object: of either model, or of one.
export function inBoth(body) {
  return aroundBoth((object) => object.run(body));
}
export function inOne(model, body) {
  return aroundOne(model, (object) => object.run(body));
}

// Tests whose body has a fresh object's handle, and so outlives the instance.
export function aroundBoth(body) {
  return {
    async test(controller, env) {
      for (const model of models) await around(model, env, body);
    },
  };
}
// The same in both at the same time, for what waits long.
export function aroundBothAtOnce(body) {
  return {
    test: (controller, env) => Promise.all(models.map((model) => around(model, env, body))),
  };
}
export function aroundOne(model, body) {
  return { test: (controller, env) => around(model, env, body) };
}

async function around(model, env, body) {
  try {
    await body(new Handle(env[model], model), env);
  } catch (error) {
    error.message = `${model}: ${error.message}`;
    throw error;
  }
}
