// What scripts can see of the platform's interfaces and objects without using them: own keys, descriptors,
// prototypes, and what is left of an object that is copied, wrapped in a proxy or extended.
import * as workers from "cloudflare:workers";

// The global names of the language, and what a flag of V8 adds.
const language = new Set(
  ("Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp " +
    "Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError globalThis JSON Math Intl " +
    "ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array " +
    "Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator WeakMap WeakSet WeakRef " +
    "Proxy Reflect FinalizationRegistry SharedArrayBuffer WebAssembly decodeURI decodeURIComponent encodeURI " +
    "encodeURIComponent escape unescape eval isFinite isNaN Temporal DisposableStack AsyncDisposableStack " +
    "SuppressedError gc").split(" "),
);

const text = (key) => (typeof key === "symbol" ? `[${key.description}]` : key);
// workerd's own marks.
const isInternal = (key) => typeof key === "symbol" && /^(cloudflare:internal-class|kResourceTypeInspect|immutable)$/.test(key.description);

// "ecw" for enumerable, configurable, writable, and what there is.
function form({ enumerable, configurable, writable, get, set, value }) {
  const flags = (enumerable ? "e" : "-") + (configurable ? "c" : "-");
  if (get || set) return `${flags} ${get ? `get/${get.length}` : ""}${set ? ` set/${set.length}` : ""}`;
  const what =
    typeof value === "function" ? `function/${value.length}`
    : typeof value === "object" && value !== null ? "object"
    : (JSON.stringify(value) ?? String(value));
  return `${flags}${writable ? "w" : "-"} ${what}`;
}

function attempt(look) {
  try {
    return look();
  } catch (error) {
    return `${error.name}`;
  }
}

function nameOf(object) {
  if (object === null) return "null";
  if (object === Function.prototype) return "Function.prototype";
  if (typeof object === "function") return object.name;
  return Object.hasOwn(object, "constructor") ? `${object.constructor.name}.prototype` : "object";
}

function chainOf(object) {
  const chain = [];
  for (let link = Object.getPrototypeOf(object); link !== null; link = Object.getPrototypeOf(link)) chain.push(nameOf(link));
  return chain.join(" < ");
}

function isMissing(constructor) {
  try {
    Reflect.construct(constructor, []);
    return false;
  } catch (error) {
    return /^not implemented in lathe/.test(error.message);
  }
}

function globals() {
  const found = new Map();
  for (let o = globalThis; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    for (const key of Reflect.ownKeys(o)) {
      if (!found.has(key) && !language.has(key) && typeof key === "string" && key !== "constructor") {
        found.set(key, Object.getOwnPropertyDescriptor(o, key));
      }
    }
  }
  return found;
}

const makers = {
  "request that arrived": ({ request }) => request,
  Request: () => new Request("http://a/", { method: "POST", body: "x" }),
  Response: () => new Response("x"),
  Headers: () => new Headers({ a: "b" }),
  URL: () => new URL("http://a/?b#c"),
  URLSearchParams: () => new URLSearchParams("a=b"),
  Blob: () => new Blob(["x"]),
  File: () => new File(["x"], "f"),
  Event: () => new Event("x"),
  CustomEvent: () => new CustomEvent("x", { detail: 1 }),
  MessageEvent: () => new MessageEvent("x", { data: 1 }),
  ErrorEvent: () => new ErrorEvent("x", { message: "m" }),
  CloseEvent: () => new CloseEvent("x", { code: 1000 }),
  EventTarget: () => new EventTarget(),
  AbortController: () => new AbortController(),
  AbortSignal: () => AbortSignal.abort(),
  DOMException: () => new DOMException("m", "AbortError"),
  TextEncoder: () => new TextEncoder(),
  TextDecoder: () => new TextDecoder(),
  WebSocketPair: () => new WebSocketPair(),
  WebSocket: () => new WebSocketPair()[0],
  WebSocketRequestResponsePair: () => new WebSocketRequestResponsePair("a", "b"),
  MessageChannel: () => new MessageChannel(),
  MessagePort: () => new MessageChannel().port1,
  crypto: () => crypto,
  navigator: () => navigator,
  performance: () => performance,
  scheduler: () => scheduler,
  ctx: ({ ctx }) => ctx,
  "service binding": ({ env }) => env.SELF,
  namespace: ({ env }) => env.THING,
  "Durable Object id": ({ env }) => env.THING.idFromName("x"),
  "Durable Object stub": ({ env }) => env.THING.getByName("x"),
};

const subclasses = {
  Request: ["http://a/"], Response: ["x"], Headers: [], URL: ["http://a/"], URLSearchParams: ["a"], Blob: [], File: [[], "f"],
  Event: ["x"], CustomEvent: ["x"], MessageEvent: ["x"], CloseEvent: ["x"], ErrorEvent: ["x"], EventTarget: [],
  AbortController: [], DOMException: ["m", "AbortError"], TextEncoder: [], TextDecoder: [],
};

function describeInstance(out, name, object) {
  const where = `instance ${name}`;
  out[`${where} prototypes`] = chainOf(object);
  for (const key of Reflect.ownKeys(object)) {
    out[`${where} own ${text(key)}`] = form(Object.getOwnPropertyDescriptor(object, key));
  }
  out[`${where} tag`] = Object.prototype.toString.call(object);
  out[`${where} copied`] = attempt(() => Object.keys({ ...object }).sort().join());
  out[`${where} copied through a proxy`] = attempt(() => Object.keys({ ...new Proxy(object, {}) }).sort().join());
  out[`${where} frozen`] = String(!Object.isExtensible(object));
}

// What a Durable Object has beside itself, each with what its prototype has.
export async function shapesOfObject(object) {
  const out = {};
  const { ctx } = object;
  const found = { "Durable Object": object, "ctx of a Durable Object": ctx, "ctx.id": ctx.id, "ctx.storage": ctx.storage, "ctx.storage.kv": ctx.storage.kv };
  await ctx.storage.transaction(async (transaction) => {
    found["transaction"] = transaction;
  });
  for (const [name, instance] of Object.entries(found)) {
    describeInstance(out, name, instance);
    if (instance === object) continue;
    const prototype = Object.getPrototypeOf(instance);
    for (const key of Reflect.ownKeys(prototype)) {
      if (!isInternal(key)) out[`prototype of ${name} ${text(key)}`] = form(Object.getOwnPropertyDescriptor(prototype, key));
    }
  }
  return out;
}

export async function shapes(given) {
  const out = await given.env.THING.getByName("shapes").shapes();
  const describeInterface = (name, constructor) => {
    out[name] = `${nameOf(Object.getPrototypeOf(constructor))}, ${chainOf(constructor.prototype)}`;
    for (const [where, object] of [["static", constructor], ["prototype", constructor.prototype]]) {
      for (const key of Reflect.ownKeys(object)) {
        if (!isInternal(key)) out[`${name} ${where} ${text(key)}`] = form(Object.getOwnPropertyDescriptor(object, key));
      }
    }
  };
  for (const [name, descriptor] of globals()) {
    out[`global ${name}`] = form(descriptor);
    const value = attempt(() => globalThis[name]);
    if (typeof value !== "function" || !value.prototype) continue;
    if (isMissing(value)) out[name] = "missing";
    else describeInterface(name, value);
  }
  for (const name of ["DurableObject", "RpcTarget", "WorkerEntrypoint", "WorkflowEntrypoint"]) {
    describeInterface(`cloudflare:workers ${name}`, workers[name]);
  }
  for (const [name, make] of Object.entries(makers)) describeInstance(out, name, make(given));
  for (const [name, args] of Object.entries(subclasses)) {
    class Sub extends globalThis[name] {
      field = 1;
      get extra() {
        return 2;
      }
      method() {
        return this.field;
      }
    }
    const object = new Sub(...args);
    const keys = Reflect.ownKeys(object).map(text).sort().join();
    out[`subclass of ${name}`] =
      `${keys} ${Object.prototype.toString.call(object)} ${chainOf(object)} ${object.extra + object.method()}`;
  }
  return out;
}
