import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";

const url = "https://example.com/path?a=1";

export const startsAsAPlainGet = {
  test() {
    const request = new Request(url);
    strictEqual(request.method, "GET");
    strictEqual(request.url, url);
    strictEqual(request.body, null);
    strictEqual(request.bodyUsed, false);
    strictEqual(request.redirect, "follow");
    deepStrictEqual([...request.headers], []);
    ok(request.signal instanceof AbortSignal);
  },
};

export const urlIsNormalized = {
  test() {
    for (const [input, want] of [
      ["HTTP://EXAMPLE.com", "http://example.com/"],
      [new URL("https://example.com/a b"), "https://example.com/a%20b"],
      ["https://example.com:443/x", "https://example.com/x"],
    ]) {
      strictEqual(new Request(input).url, want);
    }
  },
};

export const unparsableUrlsAreTypeErrors = {
  test() {
    for (const input of ["", "/relative", "https://", "no url"]) {
      throws(() => new Request(input), TypeError, input);
    }
    throws(() => new Request(), TypeError);
  },
};

export const knownMethodsAreUpperCased = {
  test() {
    for (const [method, want] of [
      ["get", "GET"],
      ["post", "POST"],
      ["Delete", "DELETE"],
      ["PATCH", "PATCH"],
    ]) {
      strictEqual(new Request(url, { method }).method, want);
    }
  },
};

export const getAndHeadHaveNoBody = {
  test() {
    for (const method of ["GET", "HEAD"]) {
      throws(() => new Request(url, { method, body: "x" }), TypeError, method);
    }
  },
};

export const textReadsTheBodyOnce = {
  async test() {
    const request = new Request(url, { method: "POST", body: "grüße" });
    strictEqual(await request.text(), "grüße");
    strictEqual(request.bodyUsed, true);
    await rejects(request.text(), TypeError);
  },
};

export const contentTypeFollowsFromTheBody = {
  async test() {
    const typeOf = (body) => new Request(url, { method: "POST", body }).headers.get("content-type");
    strictEqual(typeOf("text"), "text/plain;charset=UTF-8");
    strictEqual(
      typeOf(new URLSearchParams("a=1")),
      "application/x-www-form-urlencoded;charset=UTF-8",
    );
    strictEqual(typeOf(new Blob(["x"], { type: "image/png" })), "image/png");
    strictEqual(typeOf(new Blob(["x"])), null);
    strictEqual(typeOf(new Uint8Array(1)), null);
  },
};

export const givenContentTypeWins = {
  test() {
    const headers = { "content-type": "a/b" };
    strictEqual(
      new Request(url, { method: "POST", body: "x", headers }).headers.get("content-type"),
      "a/b",
    );
  },
};

export const bodiesReadInEveryForm = {
  async test() {
    const post = (body) => new Request(url, { method: "POST", body });
    deepStrictEqual(await post('{"a":[1]}').json(), { a: [1] });
    deepStrictEqual(new Uint8Array(await post("ab").arrayBuffer()), new Uint8Array([97, 98]));
    deepStrictEqual(await post("ab").bytes(), new Uint8Array([97, 98]));
    const blob = await post(new Blob(["ab"], { type: "a/b" })).blob();
    strictEqual(blob.type, "a/b");
    strictEqual(await blob.text(), "ab");
    await rejects(post("{").json(), SyntaxError);
  },
};

export const buffersAreCopiedWhenTheRequestIsMade = {
  async test() {
    const bytes = new Uint8Array([97, 98, 99]);
    const request = new Request(url, { method: "POST", body: bytes.subarray(1) });
    bytes.fill(120);
    strictEqual(await request.text(), "bc");
  },
};

export const cloneReadsApart = {
  async test() {
    const request = new Request(url, { method: "PUT", body: "twice", headers: { a: "1" } });
    const copy = request.clone();
    copy.headers.set("a", "2");
    strictEqual(await copy.text(), "twice");
    strictEqual(await request.text(), "twice");
    strictEqual(request.headers.get("a"), "1");
    strictEqual(copy.method, "PUT");
  },
};

export const cloneOfAReadRequestIsATypeError = {
  async test() {
    const request = new Request(url, { method: "POST", body: "x" });
    await request.text();
    throws(() => request.clone(), TypeError);
  },
};

export const aRequestIsMadeFromAnother = {
  async test() {
    const first = new Request(url, { method: "POST", body: "x", headers: { a: "1" } });
    const second = new Request(first, { headers: { b: "2" } });
    strictEqual(second.method, "POST");
    deepStrictEqual(
      [...second.headers.keys()].filter((name) => name !== "content-type"),
      ["b"],
    );
    strictEqual(await second.text(), "x");
    strictEqual(first.bodyUsed, true);
  },
};

export const aRequestWithAReadBodyCannotBeReused = {
  async test() {
    const first = new Request(url, { method: "POST", body: "x" });
    await first.text();
    throws(() => new Request(first), TypeError);
  },
};

export const headersAreCopiedNotShared = {
  test() {
    const headers = new Headers({ a: "1" });
    const request = new Request(url, { headers });
    headers.set("a", "2");
    strictEqual(request.headers.get("a"), "1");
    notStrictEqual(request.headers, headers);
  },
};

export const signalFollowsTheOneGiven = {
  test() {
    const controller = new AbortController();
    const request = new Request(url, { signal: controller.signal });
    strictEqual(request.signal.aborted, false);
    controller.abort("enough");
    strictEqual(request.signal.aborted, true);
    strictEqual(request.signal.reason, "enough");
  },
};

export const badInitsAreTypeErrors = {
  test() {
    for (const init of [{ redirect: "never" }, { signal: {} }, { headers: 3 }, { method: "a b" }]) {
      throws(() => new Request(url, init), TypeError, JSON.stringify(init));
    }
  },
};

export const attributesAreReadOnly = {
  test() {
    const request = new Request(url);
    throws(() => {
      request.url = "https://elsewhere.example/";
    }, TypeError);
    strictEqual(Object.prototype.toString.call(request), "[object Request]");
  },
};

export const copiesFollowTheFirstSignal = {
  test() {
    const controller = new AbortController();
    const first = new Request(url, { signal: controller.signal, cf: { colo: "X" } });
    const copies = [new Request(first), first.clone(), new Request(first.clone())];
    const loose = new Request(first, { signal: null });
    controller.abort("enough");
    for (const copy of copies) {
      strictEqual(copy.signal.reason, "enough");
      strictEqual(copy.cf.colo, "X");
    }
    strictEqual(loose.signal.aborted, false);
  },
};

export const aBodyIsNotTakenForGet = {
  test() {
    const first = new Request(url, { method: "POST", body: "x" });
    throws(() => new Request(first, { method: "GET" }), TypeError);
    strictEqual(first.bodyUsed, false);
  },
};

export const cacheModesAreTheOnesOfWorkers = {
  test() {
    strictEqual(new Request(url).cache, undefined);
    for (const cache of ["no-store", "no-cache"]) {
      strictEqual(new Request(url, { cache }).cache, cache);
    }
    for (const cache of ["force-cache", "only-if-cached", "x"]) {
      throws(() => new Request(url, { cache }), TypeError);
    }
  },
};
