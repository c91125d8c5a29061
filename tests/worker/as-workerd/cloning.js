// Values of every kind by every way on which values are cloned, and what arrives.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

import { shapesOfObject } from "./shapes.js";

class Custom extends Error {
  constructor(message) {
    super(message);
    this.name = "Custom";
    this.extra = 1;
  }
}
class WithField extends TypeError {
  field = 2;
}
class Plain {
  a = 1;
}

const error = (properties) => Object.assign(new Error("m"), properties);
const defined = (descriptor) => Object.defineProperty(new Error("m"), "p", descriptor);
const without = (key) => {
  const made = new Error("m");
  delete made[key];
  return made;
};
const with_ = (object, add) => (add(object), object);
const used = (body) => (body.text(), body);

const values = {
  // Errors.
  error: () => new Error("m"),
  "error with properties": () =>
    Object.assign(new RangeError("m"), { code: "E", limit: { euro: 5 }, list: [1, 2n], when: new Date(0) }),
  "error with a cause": () => new Error("m", { cause: new TypeError("c", { cause: "text" }) }),
  "error with an undefined cause": () => new Error("m", { cause: undefined }),
  "error whose cause has properties": () => new Error("m", { cause: Object.assign(new TypeError("c"), { code: 1 }) }),
  "error of a class that sets its name": () => new Custom("m"),
  "error of a class with a field": () => new WithField("m"),
  "error with the name of a class": () => error({ name: "TypeError" }),
  "error with a name of its own": () => error({ name: "Odd" }),
  "error with a number for its name": () => error({ name: 5 }),
  "error without a message": () => new Error(),
  "error whose message was deleted": () => without("message"),
  "error with a stack of its own": () => error({ stack: "mine" }),
  AggregateError: () => new AggregateError([new Error("a"), 2], "m"),
  SuppressedError: () => new SuppressedError(new Error("a"), new Error("b"), "m"),
  "error with a symbol for a value": () => error({ s: Symbol("x"), ok: 1 }),
  "error with a symbol for a key": () => error({ [Symbol("k")]: 1, ok: 1 }),
  "error with a getter": () => defined({ enumerable: true, get: () => 3 }),
  "error with a getter that throws": () =>
    defined({
      enumerable: true,
      get() {
        throw new RangeError("inner");
      },
    }),
  "error with a hidden property": () => defined({ value: 3 }),
  "error in an object": () => ({ a: [error({ code: 1 })] }),
  "error twice": () => with_([error({ code: 1 })], (list) => list.push(list[0])),
  "error in a Map": () => new Map([["k", error({ code: 1 })]]),
  "error with Headers": () => error({ headers: new Headers({ a: "b" }) }),
  "error with an instance": () => error({ p: new Plain(), ok: 1 }),
  "error with marks": () => error({ remote: true, durableObjectReset: true, retryable: true, overloaded: true, ok: 1 }),
  "error without a prototype": () => Object.setPrototypeOf(error({ code: 1 }), null),
  "object with the prototype of errors": () => ({ __proto__: Error.prototype, message: "m" }),
  DOMException: () => new DOMException("m", "AbortError"),
  "DOMException with properties": () => Object.assign(new DOMException("m", "DataCloneError"), { extra: { a: 1 } }),
  "DOMException with a name of its own": () => new DOMException("m", "Odd"),
  "DOMException in an object": () => ({ a: [new DOMException("m", "AbortError")] }),
  "DOMException as a cause": () => new Error("m", { cause: new DOMException("c", "AbortError") }),

  // Objects of the platform.
  Blob: () => new Blob(["hey"], { type: "a/b" }),
  Headers: () => new Headers([["a", "b"], ["set-cookie", "x"], ["set-cookie", "y"]]),
  "Headers with a property": () => Object.assign(new Headers({ a: "b" }), { extra: 1 }),
  Request: () => new Request("http://a/b?c", { method: "PUT", headers: { x: "y" }, redirect: "manual" }),
  "Request with a body": () => new Request("http://a/", { method: "POST", body: "hello" }),
  "Request with cf": () => new Request("http://a/", { cf: { k: 1 } }),
  "Request with a used body": () => used(new Request("http://a/", { method: "POST", body: "hello" })),
  Response: () => new Response("hello", { status: 201, statusText: "S", headers: { x: "y" } }),
  "Response without a body": () => new Response(null, { status: 204 }),
  "Response.json()": () => Response.json({ a: 1 }),
  "Response.redirect()": () => Response.redirect("http://a/b"),
  "Response.error()": () => Response.error(),
  "Response with a used body": () => used(new Response("hello")),
  "Response in an object": () => ({ list: [new Response("hello"), new Headers({ a: "b" })] }),
  URL: () => new URL("http://a/"),
  URLSearchParams: () => new URLSearchParams("a=b"),
  Event: () => new Event("x"),
  EventTarget: () => new EventTarget(),
  "instance of a class that extends EventTarget": () => new (class Mine extends EventTarget {})(),
  AbortSignal: () => AbortSignal.abort(),
  AbortController: () => new AbortController(),
  MessagePort: () => new MessageChannel().port1,
  TextEncoder: () => new TextEncoder(),
  crypto: () => crypto,
  WebSocket: () => new WebSocketPair()[0],
  WebSocketPair: () => new WebSocketPair(),

  // What the language has.
  symbol: () => Symbol("x"),
  object: () => ({ a: 1, b: [undefined, null, -0, NaN, "é€"] }),
  "object without a prototype": () => ({ __proto__: null, a: 1 }),
  instance: () => new Plain(),
  Date: () => new Date(5),
  RegExp: () => /a/gi,
  Map: () => new Map([[1, { a: 2 }]]),
  Set: () => new Set([1]),
  bigint: () => 2n ** 70n,
  "boxed values": () => [Object(1), Object("s"), Object(true), Object(1n)],
  ArrayBuffer: () => new Uint8Array([1, 2, 3]).buffer,
  "resizable ArrayBuffer": () => new ArrayBuffer(2, { maxByteLength: 4 }),
  "part of a buffer": () => new Uint8Array([0, 1, 2]).subarray(1),
  DataView: () => new DataView(new ArrayBuffer(2)),
  Float16Array: () => new Float16Array([1.5]),
  "array with a hole": () => [1, , 3],
  "array with a property": () => Object.assign([1], { extra: 1 }),
  "promise that throws when cloned": () => ({ deep: Promise.resolve(1) }),
  WeakMap: () => new WeakMap(),
  WeakRef: () => new WeakRef({}),
  generator: () => (function* () {})(),
  getter: () => ({
    get a() {
      return 1;
    },
  }),
  "getter that throws": () => ({
    get a() {
      throw new RangeError("inner");
    },
  }),
  null: () => null,
  number: () => 402,
  string: () => "text",
  boolean: () => false,
  "object that holds itself": () => with_({}, (object) => (object.self = object)),
};

// ---- Telling ----

const kStackless = "thrown";

function attempt(look) {
  try {
    return look();
  } catch (error) {
    return `throws ${error}`;
  }
}

function primitive(value) {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

async function bodyOf(message) {
  const text = await message.text().catch((error) => `throws ${error}`);
  return `${JSON.stringify([...message.headers])} ${message.bodyUsed} ${JSON.stringify(text)}`;
}

async function contentOf(value) {
  if (value instanceof Blob) return [`${value.type} ${await value.text()}`];
  if (value instanceof Headers) return [JSON.stringify([...value])];
  if (value instanceof Request) {
    return [value.method, value.url, value.redirect, JSON.stringify(value.cf), await bodyOf(value)];
  }
  if (value instanceof Response) return [value.status, value.statusText, value.type, value.url, await bodyOf(value)];
  if (value instanceof DOMException) return [value.name, value.message, value.code];
  if (value instanceof RegExp || value instanceof Date) return [String(value)];
  if ([Number, String, Boolean, BigInt].some((type) => value instanceof type)) return [`boxed ${value}`];
  if (value instanceof ArrayBuffer) return [`[${new Uint8Array(value)}] ${value.resizable} ${value.maxByteLength}`];
  if (ArrayBuffer.isView(value)) return [`[${new Uint8Array(value.buffer)}] ${value.byteOffset} ${value.byteLength}`];
  return [];
}

// `value` as text, with all that tells it apart. `way` is how it came.
export async function tell(value, way, outer = []) {
  if (value === null || typeof value !== "object") return primitive(value);
  if (outer.includes(value)) return "itself";
  const inner = (what) => tell(what, way, [...outer, value]);
  const prototype = Object.getPrototypeOf(value);
  const parts = [`<${prototype === null ? "null" : prototype.constructor.name}>`];
  if (Error.isError(value) && !(value instanceof DOMException)) {
    const [line, frame] = `${value.stack}`.split("\n");
    parts.push(attempt(() => String(value)), `stack=${line}${frame && way !== kStackless ? "…" : ""}`);
  }
  parts.push(...(await contentOf(value)).map(String));
  if (value instanceof Map) {
    for (const [key, held] of value) parts.push(`${await inner(key)}=>${await inner(held)}`);
  }
  if (value instanceof Set) for (const held of value) parts.push(await inner(held));
  const plain = ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof DOMException;
  const keys = plain ? [] : Reflect.ownKeys(value).filter((key) => typeof key === "string" && key !== "stack");
  if (Array.isArray(value) && value[0] === value[1] && Error.isError(value[0])) parts.push("the same twice");
  for (const key of keys.sort()) {
    const { enumerable, get } = Object.getOwnPropertyDescriptor(value, key);
    const held = key === "durableObjectId" ? "(an id)" : await inner(attempt(() => value[key]));
    parts.push(`${key}${enumerable ? "" : "(hidden)"}${get ? "(getter)" : ""}=${held}`);
  }
  if (value.remote === true && !keys.includes("remote")) parts.push("remote");
  return parts.join(" ");
}

const failure = (error) => `${error instanceof DOMException ? "DOMException " : ""}${error?.name}: ${error?.message}`;

// ---- Ways ----

class Receiver {
  argument(value) {
    return tell(value, "argument");
  }
  give(name) {
    return values[name]();
  }
  throw(name) {
    throw values[name]();
  }
}

export class Thing extends DurableObject {
  async stored(name) {
    await this.ctx.storage.put("key", values[name]());
    return tell(await this.ctx.storage.get("key"), "stored");
  }
  shapes() {
    return shapesOfObject(this);
  }
  kept(name) {
    this.ctx.storage.kv.put("key", values[name]());
    return tell(this.ctx.storage.kv.get("key"), "kept");
  }
}
export class Other extends WorkerEntrypoint {}
for (const name of ["argument", "give", "throw"]) {
  Thing.prototype[name] = Receiver.prototype[name];
  Other.prototype[name] = Receiver.prototype[name];
}

// Without what names its object or its place.
const generic = (text) => text.replace(/; reference = \w+/, "");

async function caught(call) {
  try {
    return `no exception: ${await tell(await call(), "thrown")}`;
  } catch (error) {
    return `caught ${await tell(error, "thrown")}`;
  }
}

const ways = {
  structuredClone: (name) => tell(structuredClone(values[name]()), "clone"),
  storage: (name, { THING }) => THING.getByName("storage").stored(name),
  "storage.kv": (name, { THING }) => THING.getByName("storage").kept(name),
  "attachment of a WebSocket": (name) => {
    const socket = new WebSocketPair()[0];
    socket.serializeAttachment(values[name]());
    return tell(socket.deserializeAttachment(), "attachment");
  },
  "argument of an object": (name, { THING }) => THING.getByName("a").argument(values[name]()),
  "argument of a service": (name, { OTHER }) => OTHER.argument(values[name]()),
  "result of an object": async (name, { THING }) => tell(await THING.getByName("a").give(name), "result"),
  "result of a service": async (name, { OTHER }) => tell(await OTHER.give(name), "result"),
  "exception of an object": (name, { THING }) => caught(() => THING.getByName("a").throw(name)),
  "exception of a service": (name, { OTHER }) => caught(() => OTHER.throw(name)),
};

export async function cloning({ env }) {
  const out = {};
  for (const name of Object.keys(values)) {
    for (const [way, go] of Object.entries(ways)) {
      let told;
      try {
        told = await go(name, env);
      } catch (error) {
        told = failure(error);
      }
      out[`${name}, ${way}`] = generic(told);
    }
  }
  return out;
}
