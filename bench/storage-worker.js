// What bench/storage asks for, one module for lathe and for workerd. A path is /ACTOR/WHAT/NUMBER…, and
// each WHAT is one kind of load. Beside the storage there is as little to do as can be.

import { DurableObject } from "cloudflare:workers";

// The puts of one turn, and the gets of one request.
const kTurn = 2000;

const keyOf = (index) => `key-${String(index).padStart(7, "0")}`;

export class Store extends DurableObject {
  #storage = this.ctx.storage;
  #turn = 0;

  async fetch(request) {
    const [, what, ...numbers] = pathOf(request);
    return new Response(await this[what](...numbers.map(Number)));
  }

  // The response is held back until the put is on the disk: a number that was seen is a number kept.
  async inc() {
    const count = ((await this.#storage.get("count")) ?? 0) + 1;
    this.#storage.put("count", count);
    return count;
  }

  async get() {
    return (await this.#storage.get("count")) ?? 0;
  }

  // Each turn writes other values under the same keys, so that the store does not grow with the run.
  puts() {
    const turn = ++this.#turn;
    for (let index = 0; index < kTurn; ++index) {
      this.#storage.put(keyOf(index), turn * kTurn + index);
    }
    return kTurn;
  }

  async gets() {
    let sum = 0;
    for (let index = 0; index < kTurn; ++index) sum += await this.#storage.get(keyOf(index));
    return sum;
  }

  async list() {
    return (await this.#storage.list()).size;
  }

  // Gets from all over the `of` keys that are there, all asked for before the first is answered.
  async scattered(of) {
    return sumOf(await Promise.all(scatter(of).map((key) => this.#storage.get(key, kUncached))));
  }

  // The same, each asked for when the one before has been answered.
  async scatteredOneByOne(of) {
    let sum = 0;
    for (const key of scatter(of)) {
      sum += await this.#storage.get(key, kUncached);
    }
    return sum;
  }

  // Sees to it that the keys `from` … `to` - 1 are there, turn by turn.
  async fill(from, to) {
    if ((await this.#storage.get(keyOf(to - 1))) !== undefined) return 0;
    for (let index = from; index < to; ) {
      for (const end = Math.min(index + kTurn, to); index < end; ++index) {
        this.#storage.put(keyOf(index), index, kUncached);
      }
      await this.#storage.sync();
    }
    return to;
  }
}

const kUncached = { noCache: true };

// The parts of the path: http://host/one/inc is ["one", "inc"].
function pathOf(request) {
  return request.url.split("/").slice(3);
}

// Keys of one request, from all over the first `of`.
function scatter(of) {
  return Array.from({ length: kTurn }, () => keyOf(Math.floor(Math.random() * of)));
}

function sumOf(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

export default {
  fetch(request, env) {
    const [actor] = pathOf(request);
    if (!actor) return new Response("ready");
    return env.STORE.get(env.STORE.idFromName(actor)).fetch(request);
  },
};
