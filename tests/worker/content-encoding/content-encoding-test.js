// What one worker compresses is plain to another that reads it, as with workerd.
import { WorkerEntrypoint } from "cloudflare:workers";
import { deepStrictEqual, rejects, strictEqual } from "node:assert";

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

// "abc" by the coding's name.
const compressed = {
  gzip: bytesOf("H4sIAAAAAAAAA0tMSgYAwkEkNQMAAAA="),
  br: bytesOf("CwGAYWJjAw=="),
};

export class Coded extends WorkerEntrypoint {
  fetch(request) {
    const [, encodeBody, coding] = new URL(request.url).pathname.split("/");
    const headers = { "content-encoding": coding };
    if (encodeBody === "automatic") return new Response("abc", { headers });
    const bytes = encodeBody === "broken" ? "no such thing" : compressed[coding];
    return new Response(bytes, { headers, encodeBody: "manual" });
  }
}

const ask = (env, path, init) => env.CODED.fetch(`http://x/${path}`, init);
const paths = ["automatic/gzip", "automatic/br", "manual/gzip", "manual/br"];

export const aCompressedBodyIsReadPlain = {
  async test(_, env) {
    for (const path of paths) {
      const response = await ask(env, path);
      strictEqual(response.headers.get("content-encoding"), path.split("/")[1]);
      strictEqual(await response.clone().text(), "abc", path);
      deepStrictEqual([...(await response.bytes())], [97, 98, 99], path);
    }
  },
};

export const itsStreamCarriesWhatItStandsFor = {
  async test(_, env) {
    for (const path of paths) {
      const { body, headers } = await ask(env, path);
      strictEqual(await new Response(body).text(), "abc", path);
      const again = await ask(env, path);
      strictEqual(await new Response(again.body, again).text(), "abc", path);
      strictEqual(headers.has("content-encoding"), true);
    }
  },
};

export const whoeverWantsTheBytesGetsThem = {
  async test(_, env) {
    for (const coding of ["gzip", "br"]) {
      const response = await ask(env, `manual/${coding}`, { encodeResponseBody: "manual" });
      deepStrictEqual(await response.bytes(), compressed[coding]);
    }
  },
};

export const brokenBytesAreAnError = {
  async test(_, env) {
    for (const coding of ["gzip", "br"]) {
      await rejects((await ask(env, `broken/${coding}`)).text(), /is broken/);
    }
    // Other codings are the script's own business.
    strictEqual(await (await ask(env, "broken/zstd")).text(), "no such thing");
  },
};
