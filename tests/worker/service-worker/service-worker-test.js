import { deepStrictEqual, rejects, strictEqual } from "node:assert";

const ask = (service, path) => service.fetch(`https://example.com${path}`);
const textOf = async (service, path) => (await ask(service, path)).text();

export const respondWithAnswers = {
  async test(controller, { ANSWERING }) {
    strictEqual(await textOf(ANSWERING, "/x"), "hello /x");
    strictEqual(await textOf(ANSWERING, "/promise"), "promised");
  },
};

export const bindingsAndVarsAreGlobals = {
  async test(controller, { ANSWERING }) {
    deepStrictEqual(await (await ask(ANSWERING, "/globals")).json(), [
      0,
      "function",
      "hello",
      "undefined",
    ]);
  },
};

export const theEventIsAFetchEvent = {
  async test(controller, { ANSWERING }) {
    deepStrictEqual(await (await ask(ANSWERING, "/event")).json(), {
      type: "fetch",
      isEvent: true,
      isFetchEvent: true,
      waitUntil: "function",
      passThroughOnException: "function",
    });
  },
};

export const respondingTwiceIsAnInvalidState = {
  async test(controller, { ANSWERING }) {
    strictEqual(await textOf(ANSWERING, "/twice"), "first");
    strictEqual(
      await textOf(ANSWERING, "/error-of-twice"),
      "InvalidStateError: FetchEvent.respondWith() has already been called; it can only be called once.",
    );
  },
};

export const aThrowingListenerFailsTheCaller = {
  async test(controller, { ANSWERING }) {
    await rejects(ask(ANSWERING, "/throws"), {
      name: "RangeError",
      message: "thrown by a listener",
    });
  },
};

export const whatIsNoResponseFailsTheCaller = {
  async test(controller, { ANSWERING }) {
    await rejects(ask(ANSWERING, "/no-response"), TypeError);
  },
};

export const everyListenerIsAskedInTurn = {
  async test(controller, { QUIET }) {
    strictEqual(await textOf(QUIET, "/"), "the second");
  },
};

export const theScriptKeepsItsState = {
  async test(controller, { ANSWERING }) {
    const first = Number((await ask(ANSWERING, "/")).headers.get("calls"));
    const second = Number((await ask(ANSWERING, "/")).headers.get("calls"));
    strictEqual(second, first + 1);
  },
};
