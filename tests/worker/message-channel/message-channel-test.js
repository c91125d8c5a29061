import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

// Made in global scope, as schedulers of user interface libraries do; used within requests.
const early = new MessageChannel();

// The next `count` messages that `port` hears.
const heard = (port, count = 1) =>
  new Promise((done) => {
    const messages = [];
    port.onmessage = (event) => {
      messages.push(event.data);
      if (messages.length === count) done(messages);
    };
  });

export const whatIsPostedAtOnePortTheOtherHears = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const there = heard(port2, 2);
    const back = heard(port1);
    port1.postMessage("a");
    port1.postMessage({ b: [1, new Date(0)] });
    port2.postMessage("back");
    deepStrictEqual(await there, ["a", { b: [1, new Date(0)] }]);
    deepStrictEqual(await back, ["back"]);
  },
};

export const messagesAreEventsOfTheirOwnTasks = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const order = [];
    const done = new Promise((resolve) => {
      port2.onmessage = function (event) {
        ok(event instanceof MessageEvent);
        ok(event.isTrusted);
        strictEqual(this, port2);
        strictEqual(event.target, port2);
        strictEqual(event.origin, "");
        deepStrictEqual(event.ports, []);
        order.push(event.data);
        queueMicrotask(() => order.push(`after ${event.data}`));
        if (event.data === 2) setTimeout(resolve);
      };
    });
    port1.postMessage(1);
    port1.postMessage(2);
    order.push("posted");
    await Promise.resolve().then(() => order.push("microtask"));
    await done;
    deepStrictEqual(order, ["posted", "microtask", 1, "after 1", 2, "after 2"]);
  },
};

export const aMessageIsACopyFromWhenItIsPosted = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const message = { count: 1 };
    port1.postMessage(message);
    message.count = 2;
    deepStrictEqual(await heard(port2), [{ count: 1 }]);
    throws(() => port1.postMessage(() => {}), { name: "DataCloneError" });
    throws(() => port1.postMessage(), TypeError);
    throws(() => port1.postMessage(1, 2), TypeError);
  },
};

export const buffersAreTransferred = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const listed = new ArrayBuffer(8);
    const named = new ArrayBuffer(16);
    port1.postMessage(listed, [listed]);
    port1.postMessage(named, { transfer: [named] });
    deepStrictEqual([listed.byteLength, named.byteLength], [0, 0]);
    const [first, second] = await heard(port2, 2);
    deepStrictEqual([first.byteLength, second.byteLength], [8, 16]);
    throws(() => port1.postMessage(null, [port1]), { name: "DataCloneError" });
    throws(() => port1.postMessage(null, [port2]), /not implemented in lathe: transferring a MessagePort/);
  },
};

export const aListenerAloneDoesNotStartAPort = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const messages = [];
    port2.addEventListener("message", ({ data }) => messages.push(data));
    port1.postMessage(1);
    port1.postMessage(2);
    await scheduler.wait(5);
    deepStrictEqual(messages, []);
    port2.start();
    port2.start();
    port1.postMessage(3);
    await scheduler.wait(5);
    deepStrictEqual(messages, [1, 2, 3]);
  },
};

export const aClosedPortIsSilentAndTheOtherIsTold = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const order = [];
    port1.onmessage = ({ data }) => order.push(`1: ${data}`);
    port2.onmessage = ({ data }) => order.push(`2: ${data}`);
    port1.onclose = () => order.push("1: close");
    port2.addEventListener("close", (event) => order.push(`2: ${event.type}`));
    port1.postMessage("before");
    port2.postMessage("lost");
    port1.close();
    port1.close();
    port1.postMessage("after");
    port2.postMessage("after");
    await scheduler.wait(5);
    deepStrictEqual(order, ["2: before", "2: close"]);
  },
};

export const aHandlerThatThrowsSilencesNobody = {
  async test() {
    const { port1, port2 } = new MessageChannel();
    const done = new Promise((resolve) => {
      port2.onmessage = ({ data }) => {
        if (data === 2) resolve();
        else throw new Error("on purpose");
      };
    });
    const reported = new Promise((resolve) => {
      addEventListener("error", (event) => (event.preventDefault(), resolve(event.message)), { once: true });
    });
    port1.postMessage(1);
    port1.postMessage(2);
    await done;
    ok((await reported).includes("on purpose"));
  },
};

export const aChannelOfGlobalScopeServesRequests = {
  async test() {
    const messages = heard(early.port1, 2);
    early.port2.postMessage("a");
    early.port2.postMessage("b");
    deepStrictEqual(await messages, ["a", "b"]);
  },
};

export const interfaces = {
  async test() {
    const { port1 } = new MessageChannel();
    throws(() => new MessagePort(), { name: "TypeError", message: "Illegal constructor" });
    throws(() => MessageChannel(), TypeError);
    throws(() => MessagePort.prototype.postMessage.call({}, 1), { message: "Illegal invocation" });
    deepStrictEqual(Object.keys({ ...new Proxy(new MessageChannel(), {}) }).sort(), ["port1", "port2"]);
    ok(port1 instanceof EventTarget);
    strictEqual(String(port1), "[object MessagePort]");
    strictEqual(String(new MessageChannel()), "[object MessageChannel]");
    strictEqual(port1.onmessage, null);
    const handler = () => {};
    port1.onmessage = handler;
    strictEqual(port1.onmessage, handler);
  },
};
