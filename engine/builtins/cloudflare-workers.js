// The module "cloudflare:workers".
import { missingClass, missingFunction, missingObject } from './missing.js';
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
  withEnv: missingFunction('withEnv'),
  withEnvAndExports: missingFunction('withEnvAndExports'),
  withExports: missingFunction('withExports'),
};

// What kind of entry point an exported class is: the name of its base, or undefined for any other class.
export function entrypointKind(exported) {
  const { prototype } = exported;
  if (prototype instanceof WorkerEntrypoint) return 'WorkerEntrypoint';
  if (prototype instanceof DurableObject) return 'DurableObject';
  if (prototype instanceof WorkflowEntrypoint) return 'WorkflowEntrypoint';
  return undefined;
}
