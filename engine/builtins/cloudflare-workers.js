// The module "cloudflare:workers".
import { frameValue, frameWith, runInFrame } from './async-frame.js';
import { missingClass, missingFunction, missingObject } from './missing.js';
import { native } from './native.js';
import { isObject, requireArguments } from './webidl.js';

// The base of what a worker exports: made with the context and the bindings of its worker, which are its
// own properties.
export class WorkerEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
export class DurableObject {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
export class WorkflowEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
export class RpcTarget {}

export const basePrototypes = [
  DurableObject.prototype,
  RpcTarget.prototype,
  WorkerEntrypoint.prototype,
  WorkflowEntrypoint.prototype,
];

const kEnv = Symbol('env');
const kExports = Symbol('exports');

// What `fn` calls, and all that continues it, finds these in the places of the worker's own.
function withEnv(newEnv, fn) {
  return runInFrame(frameWith(kEnv, replacement(newEnv)), fn, undefined, []);
}
function withExports(newExports, fn) {
  return runInFrame(frameWith(kExports, replacement(newExports)), fn, undefined, []);
}

// Null stands for nothing at all, and what is no object for what there is anyway.
function replacement(value) {
  if (value === null || value === undefined) return { value: {} };
  return isObject(value) ? { value } : undefined;
}

function withEnvAndExports(newEnv, newExports, fn) {
  return withEnv(newEnv, () => withExports(newExports, fn));
}

// `object`, or what the running code finds in its place.
function following(key, object) {
  const now = () => {
    const found = frameValue(key);
    return found === undefined ? object : found.value;
  };
  return new Proxy(object, {
    get: (_, name) => now()[name],
    set: (_, name, value) => Reflect.set(now(), name, value),
    has: (_, name) => Reflect.has(now(), name),
    ownKeys: () => Reflect.ownKeys(now()),
    deleteProperty: (_, name) => Reflect.deleteProperty(now(), name),
    defineProperty: (_, name, descriptor) => Reflect.defineProperty(now(), name, descriptor),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(now(), name),
  });
}

function waitUntil(promise) {
  requireArguments(arguments.length, 1, "execute 'waitUntil'");
  native.waitUntil(promise);
}

// The exports for a worker whose bindings are `env` and whose own entry points are `exports`.
export function cloudflareWorkers(env, exports) {
  return {
    __proto__: null,
    DurableObject,
    RpcTarget,
    WorkerEntrypoint,
    WorkflowEntrypoint,
    env: following(kEnv, env),
    exports: following(kExports, exports),
    waitUntil,
    withEnv,
    withEnvAndExports,
    withExports,
    ...missing,
  };
}

// What can be imported and is not there yet.
const missing = {
  RpcPromise: missingClass('RpcPromise'),
  RpcProperty: missingClass('RpcProperty'),
  RpcStub: missingClass('RpcStub'),
  ServiceStub: missingClass('ServiceStub'),
  abortIsolate: missingFunction('abortIsolate'),
  cache: missingObject('cache of cloudflare:workers'),
  restore: missingFunction('restore'),
  tracing: missingObject('tracing'),
};

export function isRpcTarget(value) {
  return value instanceof RpcTarget;
}

// What kind of entry point an exported class is: the name of its base, or undefined for any other class.
export function entrypointKind(exported) {
  const { prototype } = exported;
  if (prototype instanceof WorkerEntrypoint) return 'WorkerEntrypoint';
  if (prototype instanceof DurableObject) return 'DurableObject';
  if (prototype instanceof WorkflowEntrypoint) return 'WorkflowEntrypoint';
  return undefined;
}
