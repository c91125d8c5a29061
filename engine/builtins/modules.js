// The modules that belong to the platform.
import { cloudflareWorkers } from './cloudflare-workers.js';
import { assert } from './node/assert.js';
import * as asyncHooks from './node/async-hooks.js';
import { mock } from './node/mock.js';
import { missingModule } from './missing.js';

// The exports of the module `specifier`, as the own properties of an object; undefined when there is no
// such module. `env` is the worker's, `exports` what its `ctx.exports` is.
export function builtinModule(specifier, env, exports) {
  if (specifier === 'cloudflare:workers') return cloudflareWorkers(env, exports);
  if (specifier === 'node:assert' || specifier === 'node:assert/strict') {
    return { __proto__: null, default: assert, ...assert };
  }
  const missing = missingModule(specifier);
  if (specifier === 'node:test') return { ...missing, mock };
  if (specifier === 'node:async_hooks') {
    const exports = { ...missing, ...asyncHooks };
    return { ...exports, default: exports };
  }
  return missing;
}
