// Makes a worker of a test file.
//
// The scripts of a test are classic ones that share a global scope, and they start timers and draw
// random numbers right away, which a worker may do in a handler only. So the worker is one function in
// service-worker syntax (sloppy, as the tests expect) that holds the harness, the scripts and the test
// one after the other, and that a request starts. It answers the results as JSON. Where the harness finds
// a ServiceWorkerGlobalScope it waits for the event `install` as the sign that all scripts are there.

// `harness` is the text of the suite's testharness.js. `waitMs` is how long the test may take before the
// worker answers with what it has.
export function workerSource(harness, test, variant, waitMs) {
  const address = `http://web-platform.test/${test.path.replace(/\.js$/, ".worker.html")}${variant}`;
  return [
    `addEventListener("fetch", (event) => event.respondWith(runTest()));`,
    `function runTest() {`,
    environment(address, test),
    evaluations(test.source),
    harness,
    collector(waitMs),
    ...test.scripts.map(({ source }) => `${source}\n;${globals(source)}`),
    test.source,
    `;dispatchEvent(new Event("install"));`,
    `return collected;`,
    `}`,
  ].join("\n");
}

// What a web worker has and ours has not: where it is, what it is, and the files beside it.
function environment(address, test) {
  return `
var location = globalThis.location = (({ href, origin, protocol, host, hostname, port, pathname, search, hash }) => ({
  href, origin, protocol, host, hostname, port, pathname, search, hash, toString: () => href,
}))(new URL(${JSON.stringify(address)}));
globalThis.GLOBAL = {
  isWindow: () => false,
  isWorker: () => true,
  isShadowRealm: () => false,
};
var META_TITLE = globalThis.META_TITLE = ${JSON.stringify(test.title ?? test.path)};
globalThis.fetch = async function (input, init) {
  const files = ${JSON.stringify(test.files)};
  const request = new Request(new URL(String(input), location), init);
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/fetch/api/resources/inspect-headers.py") {
    // The suite's server answers with the headers that it is asked about.
    const headers = new Headers();
    for (const name of searchParams.get("headers").split("|").filter(Boolean)) {
      if (request.headers.has(name)) headers.set("x-request-" + name, request.headers.get(name));
    }
    return new Response(null, { headers });
  }
  const text = files[pathname];
  if (text === undefined) throw new TypeError("the runner has no " + pathname);
  return new Response(text);
};
var fetch = globalThis.fetch;`;
}

// The harness evaluates expressions that a test gives as strings, which a worker may do at start-up only.
// So every string literal of the test that is an expression stands here as one.
function evaluations(source) {
  const entries = new Set();
  for (const [, , text] of source.matchAll(/(["'`])((?:(?!\1)[^\\\n])+)\1/g)) {
    if (isExpression(text)) entries.add(`${JSON.stringify(text)}: () => (${text})`);
  }
  return `
var evaluations = { __proto__: null, ${[...entries].join(", ")} };
var eval = (text) => {
  if (text in evaluations) return evaluations[text]();
  throw new EvalError("the runner did not foresee " + text);
};`;
}

function isExpression(text) {
  try {
    new Function(`return (${text});`);
    return true;
  } catch {
    return false;
  }
}

function collector(waitMs) {
  return `
var collected = new Promise((done) => {
  const results = [];
  let harness = "TIMEOUT";
  let message = "the test did not end in ${waitMs} ms";
  const answer = () => {
    clearTimeout(timer);
    done(Response.json({ harness, message, results }));
  };
  const timer = setTimeout(answer, ${waitMs});
  add_result_callback(({ name, status, message }) => results.push({ name, status, message }));
  add_completion_callback((tests, status) => {
    harness = ["OK", "ERROR", "TIMEOUT", "PRECONDITION_FAILED"][status.status];
    message = status.message;
    answer();
  });
});`;
}

// Functions and variables of a classic script are properties of the global; within our function they
// are not, unless put there. Scripts look for each other's in this way. A name at the start of a line may
// still be in an inner function: then it is not there.
function globals(source) {
  const names = [...source.matchAll(/^(?:(?:async )?function\*?|var) +([\w$]+)/gm)].map(([, name]) => name);
  return [...new Set(names)].map((name) => `if (typeof ${name} !== "undefined") globalThis.${name} = ${name};`).join(" ");
}
