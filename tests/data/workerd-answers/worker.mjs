// The workers that the tables' cases run in, on lathe and on workerd alike, and the client that asks them.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

export const kDate = "2026-08-01";

// Each row of a table is a case with the peer's answer, `peer`. Where lathe means to answer otherwise, `lathe` is that
// answer and `why` the reason, which docs/compatibility.md gives too.
export const tablePath = (name) => fileURLToPath(new URL(`${name}.json`, import.meta.url));
export const readTable = (name) => JSON.parse(readFileSync(tablePath(name), "utf8"));

// A worker that answers with what each expression comes to: its value as JSON, or the name of what it throws.
export function expressionWorker(cases) {
  const functions = cases.map(({ expression }) => `async (request) => (${expression})`);
  return `
    const cases = [
      ${functions.join(",\n      ")},
    ];
    async function outcome(run, request) {
      try {
        const value = await run(request);
        return value === undefined ? "undefined" : JSON.stringify(value);
      } catch (error) {
        return "throws " + (error?.name ?? error);
      }
    }
    export default {
      async fetch(request) {
        const outcomes = [];
        for (const run of cases) outcomes.push(await outcome(run, request));
        return Response.json(outcomes);
      },
    };`;
}

// A worker in which case number N answers at /N, with the body of a fetch handler.
export function wireWorker(cases) {
  const handlers = cases.map(({ handler }) => `async (request, env, ctx) => { ${handler} }`);
  return `
    const handlers = [
      ${handlers.join(",\n      ")},
    ];
    export default {
      async fetch(request, env, ctx) {
        const { pathname } = new URL(request.url);
        if (pathname === "/end") return new Response("the end");
        try {
          return await handlers[Number(pathname.slice(1))](request, env, ctx);
        } catch (error) {
          return new Response("throws " + error.name, { status: 500 });
        }
      },
    };`;
}

// Sends the case's request (a method, header lines and a body, each of which may be left out) and
// answers what comes back in one form: the status line, the headers without `Date`, sorted, and the
// body, decompressed. The last line says "closed" when the connection serves no further request.
export function ask(port, index, { method = "GET", headers = [], body = "" }) {
  const length = body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const lines = [`${method} /${index} HTTP/1.1`, "Host: example.com", ...headers, ...length, "", body];
  const last = "GET /end HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n";
  return new Promise((done, fail) => {
    const pieces = [];
    const socket = connect({ port, host: "127.0.0.1" });
    socket.write(lines.join("\r\n") + last);
    socket.on("data", (piece) => pieces.push(piece));
    socket.once("error", (error) => (error.code === "ECONNRESET" ? finish() : fail(error)));
    socket.once("end", finish);
    function finish() {
      socket.destroy();
      done(answerOf(Buffer.concat(pieces).toString("latin1"), method));
    }
  });
}

const kFraming = /^(content-length|transfer-encoding): /;

function answerOf(received, method) {
  const [head] = received.split("\r\n\r\n", 1);
  const [status, ...fields] = head.split("\r\n");
  // The server's own words, and not a worker's.
  if (status.includes(" 501 ")) return [status];
  const headers = fields
    .map((field) => Buffer.from(field, "latin1").toString("utf8"))
    .map((field) => field.slice(0, field.indexOf(":")).toLowerCase() + field.slice(field.indexOf(":")))
    .filter((field) => !field.startsWith("date:"))
    .sort();
  const { body, rest } = bodyOf(received.slice(head.length + 4), headers, status, method);
  // Whether the length of what has been compressed is known beforehand is nobody's business.
  const coded = headers.some((field) => /^content-encoding: (gzip|br)$/.test(field));
  const shown = coded ? headers.filter((field) => !kFraming.test(field)) : headers;
  return [status, ...shown, "", decoded(body, headers), ...(rest === "" ? ["closed"] : [])];
}

const valueOf = (headers, name) =>
  headers.find((field) => field.startsWith(`${name}: `))?.slice(name.length + 2);

function bodyOf(bytes, headers, status, method) {
  if (method === "HEAD" || / (1..|204|304) /.test(`${status} `)) return { body: "", rest: bytes };
  if (valueOf(headers, "transfer-encoding") !== "chunked") {
    const length = Number(valueOf(headers, "content-length") ?? bytes.length);
    return { body: bytes.slice(0, length), rest: bytes.slice(length) };
  }
  let body = "";
  for (;;) {
    const [line] = bytes.split("\r\n", 1);
    const size = Number.parseInt(line, 16);
    body += bytes.slice(line.length + 2, line.length + 2 + size);
    bytes = bytes.slice(line.length + 2 + size + 2);
    if (!size) return { body, rest: bytes };
  }
}

function decoded(body, headers) {
  const bytes = Buffer.from(body, "latin1");
  const coding = valueOf(headers, "content-encoding");
  if (body === "" || (coding !== "gzip" && coding !== "br")) return bytes.toString("utf8");
  try {
    const plain = coding === "gzip" ? gunzipSync(bytes) : brotliDecompressSync(bytes);
    return `${coding} of ${plain.toString("utf8")}`;
  } catch {
    return `no ${coding}: ${bytes.toString("utf8")}`;
  }
}
