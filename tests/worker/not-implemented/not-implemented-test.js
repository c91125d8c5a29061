import { rejects, strictEqual, throws } from "node:assert";
import { DurableObject } from "cloudflare:workers";
import * as fs from "node:fs";
import http from "node:http";
import { EmailMessage } from "cloudflare:email";
import { connect } from "cloudflare:sockets";
import { RpcStub, abortIsolate } from "cloudflare:workers";
import { it } from "node:test";

const refusal = (what) => ({ message: new RegExp(`^not implemented in lathe: ${what}`) });

export const aNodeModuleThatIsMissingCanBeImported = {
  test() {
    strictEqual(typeof fs, "object");
  },
};

export const itSaysSoOnUse = {
  async test() {
    await rejects(async () => fs.default.readFileSync("/x"), refusal("node:fs"));
    await rejects(async () => http.request("http://x/"), refusal("node:http"));
    await rejects(async () => connect("x:1"), refusal("cloudflare:sockets$"));
    await rejects(async () => new EmailMessage(), refusal("cloudflare:email$"));
    await rejects(async () => new RpcStub({}), refusal("RpcStub$"));
    await rejects(async () => abortIsolate(), refusal("abortIsolate$"));
    await rejects(async () => it("works"), refusal("node:test$"));
  },
};

export const laterPartsOfThePlatformSaySo = {
  async test() {
    for (const use of [
      () => fetch("https://example.com/"),
      () => new ReadableStream(),
      () => new FormData(),
      () => crypto.subtle.digest("SHA-256", new Uint8Array(1)),
      () => new Request("http://a/", { method: "POST", body: "x" }).body,
      () => new Response("x").body.getReader(),
      () => new Response("x").formData(),
    ]) {
      await rejects(async () => use(), refusal(""), String(use));
    }
  },
};

export const whatIsMissingCanBeLookedAt = {
  test() {
    strictEqual(typeof ReadableStream, "function");
    strictEqual(ReadableStream.name, "ReadableStream");
    strictEqual({} instanceof EventSource, false);
    class Mine extends HTMLRewriter {}
    throws(() => new Mine(), refusal("HTMLRewriter$"));
    throws(() => EventSource("x"), refusal("EventSource$"));
    throws(() => caches.default, refusal("caches$"));
    throws(() => new URLPattern({}), refusal("URLPattern$"));
    strictEqual(typeof crypto.subtle, "object");
  },
};

export const nodesGlobalsSaySoToo = {
  test() {
    throws(() => process.version, refusal("process$"));
    throws(() => process.nextTick(() => {}), refusal("process$"));
    throws(() => {
      process.exitCode = 1;
    }, refusal("process$"));
    throws(() => Buffer.from("x"), refusal("Buffer$"));
    throws(() => new Buffer(1), refusal("Buffer$"));
    // What scripts ask before they do without.
    strictEqual(process.env.NODE_ENV, undefined);
    process.env.NODE_ENV = "test";
    strictEqual(process.env.NODE_ENV, "test");
    strictEqual(typeof process, "object");
    strictEqual(process.versions?.node ?? process.browser ?? process.type, undefined);
    strictEqual(typeof Buffer === "function" && Buffer.isBuffer(new Uint8Array(1)), false);
    strictEqual(global, globalThis);
  },
};

export class Room extends DurableObject {
  uses() {
    const { ctx } = this;
    return Object.entries({
      "ctx.storage.sql": () => ctx.storage.sql.exec,
      "ctx.facets": () => ctx.facets.get,
    });
  }
  check() {
    for (const [name, use] of this.uses()) throws(use, refusal(`${name}$`), name);
    strictEqual(typeof this.ctx.storage.sql, "object");
    strictEqual(typeof this.ctx.facets, "object");
  }
}

export const laterPartsOfDurableObjectsSaySo = {
  async test(controller, env, ctx) {
    await ctx.exports.Room.getByName("any").check();
  },
};
