import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";

export const startsAsAnEmpty200 = {
  test() {
    const response = new Response();
    strictEqual(response.status, 200);
    strictEqual(response.statusText, "");
    strictEqual(response.ok, true);
    strictEqual(response.redirected, false);
    strictEqual(response.body, null);
    deepStrictEqual([...response.headers], []);
  },
};

export const statusTextIsKept = {
  test() {
    strictEqual(new Response(null, { statusText: "Fine" }).statusText, "Fine");
    strictEqual(new Response(null, { status: 404 }).ok, false);
    strictEqual(new Response(null, { status: 299 }).ok, true);
  },
};

export const statusMustBeInRange = {
  test() {
    for (const status of [0, 100, 199, 600, 1000, -1, NaN]) {
      throws(() => new Response(null, { status }), RangeError, String(status));
    }
  },
};

export const nullBodyStatusesRefuseABody = {
  test() {
    for (const status of [204, 205, 304]) {
      throws(() => new Response("x", { status }), TypeError, String(status));
      strictEqual(new Response(null, { status }).status, status);
    }
  },
};

export const contentTypeFollowsFromTheBody = {
  test() {
    const typeOf = (body) => new Response(body).headers.get("content-type");
    strictEqual(typeOf("text"), "text/plain;charset=UTF-8");
    strictEqual(
      typeOf(new URLSearchParams("a=1")),
      "application/x-www-form-urlencoded;charset=UTF-8",
    );
    strictEqual(typeOf(new Blob(["x"], { type: "image/png" })), "image/png");
    strictEqual(typeOf(new ArrayBuffer(1)), null);
    strictEqual(typeOf(null), null);
  },
};

export const bodiesReadInEveryForm = {
  async test() {
    strictEqual(await new Response("grüße").text(), "grüße");
    deepStrictEqual(await new Response("[1]").json(), [1]);
    deepStrictEqual(await new Response("ab").bytes(), new Uint8Array([97, 98]));
    strictEqual((await new Response("abc").arrayBuffer()).byteLength, 3);
    strictEqual((await new Response("abc").blob()).size, 3);
    strictEqual(await new Response(new URLSearchParams({ a: "ü" })).text(), "a=%C3%BC");
    strictEqual(await new Response(new DataView(new ArrayBuffer(2))).text(), "\0\0");
    strictEqual(await new Response().text(), "");
    strictEqual(await new Response(3).text(), "3");
  },
};

export const textDropsAByteOrderMark = {
  async test() {
    strictEqual(await new Response(new Uint8Array([0xef, 0xbb, 0xbf, 97])).text(), "a");
    strictEqual(await new Response(new Uint8Array([97, 0xff])).text(), "a\ufffd");
  },
};

export const bodyIsReadOnce = {
  async test() {
    const response = new Response("x");
    strictEqual(response.bodyUsed, false);
    await response.text();
    strictEqual(response.bodyUsed, true);
    await rejects(response.text(), TypeError);
    throws(() => response.clone(), TypeError);
  },
};

export const cloneReadsApart = {
  async test() {
    const response = new Response("twice", { status: 201, headers: { a: "1" } });
    const copy = response.clone();
    copy.headers.set("a", "2");
    strictEqual(await response.text(), "twice");
    strictEqual(await copy.text(), "twice");
    strictEqual(copy.status, 201);
    strictEqual(response.headers.get("a"), "1");
  },
};

export const jsonSerializesAndSetsTheType = {
  async test() {
    const response = Response.json({ a: [1, "ü"] }, { status: 201 });
    strictEqual(response.status, 201);
    strictEqual(response.headers.get("content-type"), "application/json");
    strictEqual(await response.text(), '{"a":[1,"ü"]}');
    strictEqual(
      Response.json(1, { headers: { "content-type": "a/b" } }).headers.get("content-type"),
      "a/b",
    );
  },
};

export const jsonRefusesWhatJsonCannotSay = {
  async test() {
    // Workers' own: what JSON.stringify() has no text for.
    for (const value of [undefined, () => {}, { toJSON: () => undefined }]) {
      strictEqual(await Response.json(value).text(), "undefined");
    }
    throws(() => Response.json(1n), TypeError);
    const cycle = {};
    cycle.cycle = cycle;
    throws(() => Response.json(cycle), TypeError);
  },
};

export const redirectNamesItsTarget = {
  test() {
    const response = Response.redirect("https://example.com/a b");
    strictEqual(response.status, 302);
    strictEqual(response.headers.get("location"), "https://example.com/a%20b");
    strictEqual(Response.redirect("https://example.com/", 308).status, 308);
  },
};

export const redirectRefusesOtherStatusesAndBadUrls = {
  test() {
    for (const status of [200, 300, 304, 400]) {
      throws(() => Response.redirect("https://example.com/", status), RangeError, String(status));
    }
    throws(() => Response.redirect("not a url"), TypeError);
  },
};

export const errorResponseHasNoStatus = {
  test() {
    const response = Response.error();
    strictEqual(response.type, "error");
    strictEqual(response.status, 0);
    strictEqual(response.ok, false);
  },
};

export const aResponseIsMadeFromAnother = {
  async test() {
    const first = new Response("x", { status: 404, statusText: "Gone", headers: { a: "1" } });
    const second = new Response("y", first);
    strictEqual(second.status, 404);
    strictEqual(second.statusText, "Gone");
    strictEqual(second.headers.get("a"), "1");
    strictEqual(await second.text(), "y");
  },
};

export const theClassLooksAsWebIdlSays = {
  test() {
    strictEqual(Object.prototype.toString.call(new Response()), "[object Response]");
    throws(() => Response(), TypeError);
    throws(() => {
      new Response().status = 404;
    }, TypeError);
  },
};

export const aStatusTextIsOneLine = {
  test() {
    for (const statusText of ["d\u00e9j\u00e0", "\u20ac", "\u017dilina"]) {
      strictEqual(new Response(null, { statusText }).statusText, statusText);
    }
    for (const statusText of ["a\nb", "a\rb", "\0"]) {
      throws(() => new Response(null, { statusText }), TypeError, JSON.stringify(statusText));
    }
  },
};

export const aBufferThatMovesMeanwhileIsEmpty = {
  async test() {
    const bytes = new Uint8Array([97, 98]);
    const init = {
      get status() {
        structuredClone(bytes, { transfer: [bytes.buffer] });
        return 200;
      },
    };
    strictEqual(await new Response(bytes, init).text(), "");
  },
};

export const aBlobReadFromABodyHasItsType = {
  async test() {
    for (const [init, want] of [
      [{}, "text/plain;charset=UTF-8"],
      [{ headers: { "content-type": "Text/HTML" } }, "text/html"],
      [{ headers: { "content-type": "nonsense" } }, ""],
      [{ headers: { "content-type": "text/plain, x/y, text/html" } }, "text/html"],
      [{ headers: [["content-type", "text/html;charset=gbk"], ["content-type", "text/html"]] }, "text/html;charset=gbk"],
    ]) {
      strictEqual((await new Response("x", init).blob()).type, want);
    }
  },
};

export const jsonPassesOnWhatIsThrown = {
  test() {
    const error = new RangeError("mine");
    const value = {
      toJSON() {
        throw error;
      },
    };
    throws(() => Response.json(value), error);
  },
};

export const anErrorResponseIsNoInit = {
  test() {
    throws(() => new Response(null, Response.error()), RangeError);
    throws(() => Response.error().headers.set("a", "1"), TypeError);
    throws(() => Response.redirect("https://example.com/").headers.set("a", "1"), TypeError);
  },
};
