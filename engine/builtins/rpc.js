// Remote calls, as both ends see them in JavaScript: what a stub's unknown properties are, and how a call
// finds its method.
import { native } from './native.js';
import { RpcTarget } from './cloudflare-workers.js';
import {
  arrayIncludes,
  arrayPush,
  arraySlice,
  getPrototypeOf,
  hasOwn,
  isArray,
  objectPrototype,
  reflectApply,
} from './primordials.js';
import { isObject } from './webidl.js';

// ---- The caller's end ----

// The property `name` of a stub: call it, await it, or go on to a property of its own.
export function rpcProperty(stub, name) {
  return property((path, args) => native.rpcSend(stub, path, args), [name]);
}

function property(send, path) {
  return new Proxy(function () {}, {
    get(_, key) {
      if (key === Symbol.toStringTag) return 'JsRpcProperty';
      if (typeof key === 'symbol') return undefined;
      if (isPromiseMethod(key)) return promiseMethod(() => send(path, undefined), key);
      if (isOfEveryObject(key)) return objectPrototype[key];
      return property(send, extended(path, key));
    },
    apply: (_, receiver, args) => pipelined(send(path, args)),
    construct: refuseConstruction,
  });
}

function extended(path, key) {
  const longer = arraySlice(path);
  arrayPush(longer, key);
  return longer;
}

// The promise of a call's result, whose properties can be used before it is there.
function pipelined(promise) {
  const send = async (path, args) => {
    const value = await promise;
    return args === undefined ? read(value, path) : call(value, path, args);
  };
  return new Proxy({}, {
    get(_, key) {
      if (key === Symbol.toStringTag) return 'RpcPromise';
      if (typeof key === 'symbol') return undefined;
      if (isPromiseMethod(key)) return promiseMethod(() => promise, key);
      if (isOfEveryObject(key)) return objectPrototype[key];
      return property(send, [key]);
    },
  });
}

function isPromiseMethod(key) {
  return key === 'then' || key === 'catch' || key === 'finally';
}

// What every object has is no question for the far end.
function isOfEveryObject(key) {
  return key !== 'constructor' && hasOwn(objectPrototype, key);
}

function promiseMethod(start, key) {
  return (...args) => {
    const promise = start();
    return reflectApply(promise[key], promise, args);
  };
}

function refuseConstruction() {
  throw new TypeError('An RPC method is not a constructor.');
}

// ---- The receiver's end ----

// What has a meaning of its own on a stub, or on an instance that receives events, and is nobody's to call
// there. Values that a call has given may have such names.
const reserved = [
  'constructor',
  'dup',
  'fetch',
  'connect',
  'alarm',
  'webSocketMessage',
  'webSocketClose',
  'webSocketError',
];

// What `path` leads to from `target`, called with `args` unless that is undefined. `target` is an instance
// made for the event: what its classes declare can be reached, what it keeps as its own cannot. Or, with `ctx`,
// it is a plain object of handlers.
export function receiveCall(target, path, args, env = undefined, ctx = undefined) {
  if (arrayIncludes(reserved, path[0])) {
    throw new TypeError(`'${path[0]}' is a reserved method and cannot be called over RPC.`);
  }
  if (args === undefined) return read(target, path);
  return call(target, path, args, ctx && ((method) => handlerArguments(method, path, args, env, ctx)));
}

// What a handler is called with: one argument of the caller's, `env` and `ctx`.
function handlerArguments(method, path, args, env, ctx) {
  const name = path[path.length - 1];
  if (method.length > 3) {
    throw new TypeError(
      `Cannot call handler function "${name}" over RPC because it has the wrong number of arguments. A ` +
        'simple function handler can only be called over RPC if it has exactly the arguments (arg, env, ctx), ' +
        'where only the first argument comes from the client. To support multi-argument RPC functions, use ' +
        'class-based syntax (extending WorkerEntrypoint) instead.',
    );
  }
  if (args.length !== 1) {
    throw new TypeError(
      `Attempted to call RPC function "${name}" with the wrong number of arguments. When calling a top-level ` +
        'handler function that is not declared as part of a class, you must always send exactly one argument. ' +
        'In order to support variable numbers of arguments, the server must use class-based syntax (extending ' +
        'WorkerEntrypoint) instead.',
    );
  }
  return [args[0], env, ctx];
}

function read(target, path) {
  return follow(target, path, path.length);
}

// What the first `length` names of `path` lead to.
function follow(target, path, length) {
  let value = target;
  for (let i = 0; i < length; ++i) value = member(value, path[i], value === target);
  return value;
}

function call(target, path, args, argumentsOf = undefined) {
  const last = path.length - 1;
  const receiver = follow(target, path, last);
  const method = member(receiver, path[last], receiver === target);
  if (typeof method !== 'function') throw new TypeError(`"${path[last]}" is not a function.`);
  return reflectApply(method, receiver, argumentsOf ? argumentsOf(method) : args);
}

function member(value, name, isTarget) {
  if (!isObject(value) || !isReachable(value, name, isTarget)) {
    throw new TypeError(`The RPC receiver does not implement the method "${name}".`);
  }
  return value[name];
}

// Of a list, a plain object or a function, its own properties; of the target, and of what is an RpcTarget, what its
// classes declare. What the language's own prototypes have (`call` of a function, `get` of a Map) is not for others:
// it would give away a method's source, or lend it another receiver.
function isReachable(value, name, isTarget) {
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype || prototype === null || isArray(value)) {
    return hasOwn(value, name);
  }
  if (typeof value === 'function') return name !== 'prototype' && hasOwn(value, name);
  if (!isTarget && !(value instanceof RpcTarget)) return false;
  if (name === 'constructor' || hasOwn(value, name)) return false;
  for (let p = prototype; p !== null && p !== objectPrototype; p = getPrototypeOf(p)) {
    if (hasOwn(p, name)) return true;
  }
  return false;
}
