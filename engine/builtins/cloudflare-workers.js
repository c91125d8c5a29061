// The module "cloudflare:workers".
import { native } from './native.js';
import { requireArguments } from './webidl.js';

// The base of what a worker exports: made with the context and the bindings of its worker, which are its
// own properties.
class Entrypoint {
  ctx;
  env;

  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

export class WorkerEntrypoint extends Entrypoint {}
export class DurableObject extends Entrypoint {}
export class WorkflowEntrypoint extends Entrypoint {}
export class RpcTarget {}

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
    env,
    exports,
    waitUntil,
  };
}

// What kind of entry point an exported class is: the name of its base, or undefined for any other class.
export function entrypointKind(exported) {
  const { prototype } = exported;
  if (prototype instanceof WorkerEntrypoint) return 'WorkerEntrypoint';
  if (prototype instanceof DurableObject) return 'DurableObject';
  if (prototype instanceof WorkflowEntrypoint) return 'WorkflowEntrypoint';
  return undefined;
}
