import { AsyncLocalStorage } from "node:async_hooks";

// There is no node:assert here.
function same(actual, expected) {
  if (!Object.is(actual, expected)) throw new Error(`${actual} is not ${expected}`);
}

let kept;
export const bound = {
  fetch() {
    kept ??= AsyncLocalStorage.bind(() => "bound");
    return new Response(kept());
  },
};

export const theDateDecidesWhatIsThere = {
  test(controller, env, ctx) {
    same(typeof MessageChannel, "undefined");
    same(typeof MessagePort, "undefined");
    same(navigator.language, "en");
    same("binaryType" in WebSocket.prototype, false);
    same("access" in ctx && ctx.access, undefined);
  },
};

export const functionsBoundInOneRequestServeAnother = {
  async test(controller, { BOUND }) {
    for (let i = 0; i < 2; ++i) same(await (await BOUND.fetch("http://x")).text(), "bound");
  },
};

export const asyncHooksAreThereAlone = {
  async test() {
    const storage = new AsyncLocalStorage();
    same(await storage.run("here", async () => (await null, storage.getStore())), "here");
    const refusal = await import("node:assert").catch(({ message }) => message);
    same(/^No such module "node:assert"/.test(refusal), true);
  },
};
