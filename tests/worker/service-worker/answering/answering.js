// Sloppy script, not a module: a top-level `var` and a function are globals, and so are bindings.
var startedAt = Date.now();
let calls = 0;

function textOf(event) {
  return `${GREETING} ${new URL(event.request.url).pathname}`;
}

const behaviours = {
  "/twice": (event) => {
    event.respondWith(new Response("first"));
    try {
      event.respondWith(new Response("second"));
    } catch (error) {
      late = Promise.resolve(`${error.name}: ${error.message}`);
    }
  },
  "/error-of-twice": (event) => event.respondWith(late.then((text) => new Response(text))),
  "/promise": (event) => event.respondWith(Promise.resolve(new Response("promised"))),
  "/throws": () => {
    throw new RangeError("thrown by a listener");
  },
  "/event": (event) =>
    event.respondWith(
      Response.json({
        type: event.type,
        isEvent: event instanceof Event,
        isFetchEvent: event instanceof FetchEvent,
        waitUntil: typeof event.waitUntil,
        passThroughOnException: typeof event.passThroughOnException,
      }),
    ),
  "/globals": (event) =>
    event.respondWith(
      Response.json([
        globalThis.startedAt,
        typeof globalThis.textOf,
        globalThis.GREETING,
        typeof globalThis.calls,
      ]),
    ),
  "/no-response": (event) => event.respondWith("no response"),
};
var late;

addEventListener("fetch", (event) => {
  ++calls;
  const behave = behaviours[new URL(event.request.url).pathname];
  if (behave) behave(event);
  else event.respondWith(new Response(textOf(event), { headers: { calls: String(calls) } }));
});
