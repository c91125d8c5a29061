import { rejects, strictEqual, throws } from "node:assert";

// As frameworks do to change the head of an answer.
export const anotherResponseCanBeMadeOfIt = {
  async test() {
    const first = new Response("text", { status: 201, headers: { "x-a": "1" } });
    const second = new Response(first.body, first);
    strictEqual(second.status, 201);
    strictEqual(second.headers.get("x-a"), "1");
    strictEqual(second.headers.get("content-type"), "text/plain;charset=UTF-8");
    strictEqual(await second.text(), "text");
  },
};

export const itIsTheSameEachTime = {
  test() {
    const response = new Response("text");
    strictEqual(response.body, response.body);
    strictEqual(Object.prototype.toString.call(response.body), "[object ReadableStream]");
  },
};

export const lookingAtItUsesNothing = {
  async test() {
    const response = new Response("text");
    response.body;
    strictEqual(response.bodyUsed, false);
    strictEqual(await response.clone().text(), "text");
    strictEqual(await response.text(), "text");
    strictEqual(response.bodyUsed, true);
  },
};

export const itIsUsedOnce = {
  async test() {
    const response = new Response("text");
    const { body } = response;
    new Response(body);
    strictEqual(response.bodyUsed, true);
    throws(() => new Response(body), TypeError);
    await rejects(response.text(), TypeError);
    throws(() => response.clone(), TypeError);

    const read = new Response("text");
    await read.text();
    throws(() => new Response(read.body), TypeError);
  },
};

export const aRequestCanBeMadeOfIt = {
  async test() {
    const { body } = new Response("text");
    strictEqual(await new Request("http://a/", { method: "POST", body }).text(), "text");
  },
};

export const readingItIsNotImplemented = {
  async test() {
    const { body } = new Response("text");
    const refusal = { message: /^not implemented in lathe: ReadableStream/ };
    throws(() => body.getReader(), refusal);
    throws(() => body.tee(), refusal);
    throws(() => body.pipeTo(body), refusal);
    await rejects(async () => {
      for await (const chunk of body) throw chunk;
    }, refusal);
  },
};
