// What lathe lacks, in forms that can be imported or bound: each says so on use.
import names from './node/export-names.js';
import {
  arrayIncludes,
  defineProperty,
  hasOwn,
  objectAssign,
  stringSlice,
  stringSplit,
  stringStartsWith,
} from './primordials.js';

// Workers' own modules: names, as in node/export-names.js.
const workersNames = {
  'cloudflare:email': 'EmailMessage',
  'cloudflare:node': 'handleAsNodeRequest httpServerHandler',
  'cloudflare:pipelines': 'PipelineTransformationEntrypoint',
  'cloudflare:sockets': 'connect',
  'cloudflare:workflows': 'NonRetryableError',
};

// The exports of `specifier` ("node:fs"), or undefined when neither Node nor Workers have such a module.
export function missingModule(specifier) {
  const refuse = refusalOf(specifier);
  if (hasOwn(workersNames, specifier)) return missingExports(workersNames[specifier], refuse);
  const name = stringStartsWith(specifier, 'node:') ? stringSlice(specifier, 'node:'.length) : '';
  if (!hasOwn(names, name)) return undefined;
  const exports = { __proto__: null, default: refuser({}, refuse) };
  return names[name] === '' ? exports : objectAssign(exports, missingExports(names[name], refuse));
}

function missingExports(all, refuse) {
  const exports = { __proto__: null };
  const list = stringSplit(all, ' ');
  for (let i = 0; i < list.length; ++i) exports[list[i]] = refuser(named(list[i], refuse), refuse);
  return exports;
}

function named(name, refuse) {
  const made = function () {
    refuse();
  };
  defineProperty(made.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
  defineProperty(made, 'name', { __proto__: null, value: name, configurable: true });
  return made;
}

// Whatever is done with it refuses, except with what `target` has and what is no member anyway. Looking at a symbol, at `then` or at `toJSON`
// is not use: inspection, promises and JSON do that by themselves. A class may extend it, and fails when it is
// constructed.
function refuser(target, refuse, isMember = () => true) {
  return new Proxy(target, {
    get(object, key) {
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
      if (hasOwn(object, key)) return object[key];
      return isMember(key) ? refuse() : undefined;
    },
    set: refuse,
    apply: refuse,
    construct: refuse,
    deleteProperty: refuse,
  });
}

// A binding, a global object, a class and a function of a name that lathe lacks.
export function missingObject(name) {
  return refuser({}, refusalOf(name));
}
export function missingClass(name) {
  const refuse = refusalOf(name);
  return refuser(named(name, refuse), refuse);
}
export const missingFunction = missingClass;

// What scripts ask of Node's globals before they do without them, and what that is here; all else is missing.
export function missingProcess() {
  const members = stringSplit(names.process, ' ');
  return refuser({ env: {}, versions: {} }, refusalOf('process'), (key) => arrayIncludes(members, key));
}
export function missingBuffer() {
  const made = named('Buffer', refusalOf('Buffer'));
  made.isBuffer = () => false;
  return refuser(made, refusalOf('Buffer'));
}

// What stands for a binding of a kind that lathe lacks.
export function unavailable(message) {
  return refuser({}, refusalWith(message));
}

function refusalOf(name) {
  return refusalWith(`not implemented in lathe: ${name}`);
}

function refusalWith(message) {
  return () => {
    throw new Error(message);
  };
}
