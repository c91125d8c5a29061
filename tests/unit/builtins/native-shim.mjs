// What lathe's C++ gives to the JavaScript half of the platform, made of Node's own means.
import inspector from 'node:inspector';
import util from 'node:util';
import { bindNative } from '../../../engine/builtins/native.js';

const { types } = util;
const session = new inspector.Session();
session.connect();

// Asks V8 about a value through the inspector.
function ask(value) {
  globalThis.__asked = value;
  let answer;
  const post = (method, parameters) => {
    session.post(method, parameters, (error, result) => {
      if (error) throw new Error(error.message);
      answer = result;
    });
    return answer;
  };
  const { result } = post('Runtime.evaluate', { expression: '__asked' });
  const properties = post('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
  delete globalThis.__asked;
  return { ...properties, description: result.description, className: result.className, post };
}

// Remembers a remote value by handing it to a function that runs in this very realm.
function fetchRemote(post, objectId) {
  let fetched;
  globalThis.__fetch = (value) => (fetched = value);
  post('Runtime.callFunctionOn', {
    objectId,
    functionDeclaration: 'function () { __fetch(this) }',
  });
  delete globalThis.__fetch;
  return fetched;
}

function remoteValue(post, remote) {
  if (remote.objectId) return fetchRemote(post, remote.objectId);
  if (remote.unserializableValue === '-0') return -0;
  if (remote.unserializableValue) return Number(remote.unserializableValue);
  return remote.value;
}

const kinds = [
  ['proxy', types.isProxy],
  ['array', Array.isArray],
  ['typedarray', types.isTypedArray],
  ['dataview', types.isDataView],
  ['arraybuffer', types.isArrayBuffer],
  ['sharedarraybuffer', types.isSharedArrayBuffer],
  ['map', types.isMap],
  ['set', types.isSet],
  ['mapiterator', types.isMapIterator],
  ['setiterator', types.isSetIterator],
  ['weakmap', types.isWeakMap],
  ['weakset', types.isWeakSet],
  ['promise', types.isPromise],
  ['date', types.isDate],
  ['regexp', types.isRegExp],
  ['error', types.isNativeError],
  ['module', types.isModuleNamespaceObject],
  ['arguments', types.isArgumentsObject],
  ['number', types.isNumberObject],
  ['string', types.isStringObject],
  ['boolean', types.isBooleanObject],
  ['symbol', types.isSymbolObject],
  ['bigint', types.isBigIntObject],
  ['generator', types.isGeneratorObject],
  ['asyncgeneratorfunction', (f) => types.isAsyncFunction(f) && types.isGeneratorFunction(f)],
  ['asyncfunction', types.isAsyncFunction],
  ['generatorfunction', types.isGeneratorFunction],
  ['function', (value) => typeof value === 'function'],
  ['platform', (value) => platformObjects.has(value)],
  ['object', () => true],
];

const platformObjects = new WeakSet();

// Makes an object count as an instance of a class bound from C++.
export function markPlatformObject(object) {
  platformObjects.add(object);
  return object;
}

export const printed = [];
export const reported = [];
export const timers = new Map();
let lastTimer = 0;
let clock = 1000;

export const native = {
  kindOf: (value) => kinds.find(([, is]) => is(value))[0],
  sharedByteLength: (buffer) => buffer.byteLength,
  getPromiseDetails(promise) {
    const { internalProperties, post } = ask(promise);
    const find = (name) => internalProperties.find((property) => property.name === name).value;
    const state = ['pending', 'fulfilled', 'rejected'].indexOf(find('[[PromiseState]]').value);
    return [state, remoteValue(post, find('[[PromiseResult]]'))];
  },
  getProxyDetails(value) {
    if (!types.isProxy(value)) return undefined;
    const { internalProperties, post } = ask(value);
    const find = (name) => internalProperties.find((property) => property.name === name).value;
    return [remoteValue(post, find('[[Target]]')), remoteValue(post, find('[[Handler]]'))];
  },
  previewEntries(iterator) {
    const { internalProperties, post } = ask(iterator);
    const list = internalProperties.find((property) => property.name === '[[Entries]]').value;
    const own = (objectId) =>
      post('Runtime.getProperties', { objectId, ownProperties: true }).result;
    const flat = [];
    let isKeyValue = false;
    for (const { name, value } of own(list.objectId)) {
      if (!/^\d+$/.test(name)) continue;
      const entry = own(value.objectId);
      const key = entry.find((property) => property.name === 'key');
      isKeyValue = key !== undefined;
      if (isKeyValue) flat.push(remoteValue(post, key.value));
      flat.push(remoteValue(post, entry.find((property) => property.name === 'value').value));
    }
    return [flat, isKeyValue];
  },
  getConstructorName: (value) => ask(value).className,
  getOwnNonIndexProperties: (value, filter) =>
    Reflect.ownKeys(value).filter(
      (key) =>
        (typeof key === 'symbol' || !/^(?:0|[1-9]\d*)$/.test(key)) &&
        (filter === 0 || Object.prototype.propertyIsEnumerable.call(value, key)),
    ),
  print: (level, text) => printed.push([level, text]),
  colors: () => false,
  now: () => clock++,
  timeOrigin: () => 1_700_000_000_000,
  reportException: (error) => reported.push(error),
  setTimer(callback, ms, repeat) {
    timers.set(++lastTimer, { callback, ms, repeat, keepsAlive: true });
    return lastTimer;
  },
  clearTimer: (id) => timers.delete(id),
  setTimerKeepsAlive(id, keepsAlive) {
    timers.get(id).keepsAlive = keepsAlive;
  },
  enqueueMicrotask: (callback) => Promise.resolve().then(callback),
  asyncFrame: () => asyncFrame,
  swapAsyncFrame(frame) {
    const before = asyncFrame;
    asyncFrame = frame;
    return before;
  },
  followPromise: (promise) => promise,
  isContextActive: () => true,
  currentContextToken: () => undefined,
};

// Of what runs at once only: nobody keeps it with promises here.
let asyncFrame;

bindNative(native);

// Lets the timer with this id expire.
export function expire(id) {
  const { callback } = timers.get(id);
  timers.delete(id);
  callback();
}
