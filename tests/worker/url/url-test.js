import { strictEqual, throws } from "node:assert";

export const everyPartCanBeRead = {
  test() {
    const url = new URL("https://me:secret@example.com:8443/a/b?c=d#e");
    for (const [part, want] of Object.entries({
      href: "https://me:secret@example.com:8443/a/b?c=d#e",
      origin: "https://example.com:8443",
      protocol: "https:",
      username: "me",
      password: "secret",
      host: "example.com:8443",
      hostname: "example.com",
      port: "8443",
      pathname: "/a/b",
      search: "?c=d",
      hash: "#e",
    })) {
      strictEqual(url[part], want, part);
    }
  },
};

export const inputsAreNormalized = {
  test() {
    for (const [input, want] of [
      ["HTTP://EXAMPLE.COM:80", "http://example.com/"],
      ["https://example.com/a/../b/./c", "https://example.com/b/c"],
      ["https://example.com/ü?ü#ü", "https://example.com/%C3%BC?%C3%BC#%C3%BC"],
      ["  https://example.com/\n", "https://example.com/"],
      ["https://bücher.example/", "https://xn--bcher-kva.example/"],
      ["http://0x7f.1/", "http://127.0.0.1/"],
      ["http://[::0:1]/", "http://[::1]/"],
      ["file:///C|/x", "file:///C:/x"],
      ["data:text/plain,a b", "data:text/plain,a b"],
    ]) {
      strictEqual(new URL(input).href, want, input);
    }
  },
};

export const relativeInputsNeedABase = {
  test() {
    for (const [input, base, want] of [
      ["../c", "https://example.com/a/b", "https://example.com/c"],
      ["?q", "https://example.com/a", "https://example.com/a?q"],
      ["//other.example/x", "https://example.com/", "https://other.example/x"],
      ["", "https://example.com/a#b", "https://example.com/a"],
    ]) {
      strictEqual(new URL(input, base).href, want, input);
    }
    throws(() => new URL("/a"), TypeError);
    throws(() => new URL("/a", "b"), TypeError);
  },
};

export const unparsableInputsAreTypeErrors = {
  test() {
    for (const input of [
      "",
      "a",
      "http://",
      "http://a b/",
      "http://[::1",
      "http://1.2.3.256/",
      "https://a:99999/",
    ]) {
      throws(() => new URL(input), TypeError, input);
      strictEqual(URL.canParse(input), false, input);
      strictEqual(URL.parse(input), null, input);
    }
    throws(() => new URL(), TypeError);
  },
};

export const settersChangeThePartTheyName = {
  test() {
    const start = "https://example.com:8443/a?b#c";
    for (const [part, value, want] of [
      ["protocol", "http", "http://example.com:8443/a?b#c"],
      ["host", "other.example:1", "https://other.example:1/a?b#c"],
      ["hostname", "other.example", "https://other.example:8443/a?b#c"],
      ["port", "443", "https://example.com/a?b#c"],
      ["pathname", "x y", "https://example.com:8443/x%20y?b#c"],
      ["search", "q=1", "https://example.com:8443/a?q=1#c"],
      ["search", "", "https://example.com:8443/a#c"],
      ["hash", "", "https://example.com:8443/a?b"],
      ["username", "me", "https://me@example.com:8443/a?b#c"],
      ["href", "http://x/", "http://x/"],
    ]) {
      const url = new URL(start);
      url[part] = value;
      strictEqual(url.href, want, `${part} = ${value}`);
    }
  },
};

export const settersIgnoreWhatDoesNotFit = {
  test() {
    const url = new URL("https://example.com/");
    url.port = "port";
    url.protocol = "mailto";
    url.host = "a b";
    strictEqual(url.href, "https://example.com/");
    throws(() => {
      url.href = "no url";
    }, TypeError);
    throws(() => {
      url.origin = "https://other.example";
    }, TypeError);
  },
};

export const stringAndJsonAreTheHref = {
  test() {
    const url = new URL("https://example.com/a");
    strictEqual(String(url), url.href);
    strictEqual(JSON.stringify({ url }), '{"url":"https://example.com/a"}');
    strictEqual(Object.prototype.toString.call(url), "[object URL]");
  },
};

export const parseAndCanParseTakeABase = {
  test() {
    strictEqual(URL.parse("b", "https://example.com/a").href, "https://example.com/b");
    strictEqual(URL.canParse("b", "https://example.com/a"), true);
    strictEqual(URL.canParse("b", "a"), false);
  },
};

export const opaqueOriginsAreNull = {
  test() {
    for (const input of ["data:,x", "file:///a", "mailto:a@b.example"])
      strictEqual(new URL(input).origin, "null");
    strictEqual(new URL("blob:https://example.com/id").origin, "https://example.com");
  },
};

export const searchParamsAndSearchFollowEachOther = {
  test() {
    const url = new URL("https://example.com/?a=1");
    strictEqual(url.searchParams, url.searchParams);
    url.searchParams.append("b", "2 3");
    strictEqual(url.search, "?a=1&b=2+3");
    url.search = "?c";
    strictEqual(url.searchParams.get("c"), "");
    strictEqual(url.searchParams.has("a"), false);
    url.searchParams.delete("c");
    strictEqual(url.href, "https://example.com/");
  },
};

export const searchParamsOutliveTheirUrl = {
  test() {
    const lists = Array.from(
      { length: 5000 },
      (_, i) => new URL(`https://example.com/?a=${i}`).searchParams,
    );
    gc();
    for (const list of lists) list.append("b", "1");
    strictEqual(lists[7].toString(), "a=7&b=1");

    const url = new URL("https://example.com/?a=1");
    url.searchParams.mark = "mine";
    gc();
    strictEqual(url.searchParams.mark, "mine");
  },
};

export const whatDoesNotParseNamesNoDetails = {
  test() {
    throws(() => new URL("a"), { name: "TypeError", message: "Invalid URL string." });
  },
};
