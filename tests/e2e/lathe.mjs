// The words the end-to-end tests are written in: run a command, serve a project, talk to it, stop it.
// The binary is the one that `LATHE` names, else build/lathe of this checkout.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = resolve(process.env.LATHE ?? join(root, "build/lathe"));

// How long anything may take before a test calls it stuck. Sanitizer builds are slow, so it is wide.
const kPatienceMs = 30_000;

// Runs `lathe ARGS…` to its end. Answers {code, signal, stdout, stderr}; a command that outlives
// `timeoutMs` is killed and answers {signal: "SIGKILL"}.
export function run(args, options = {}) {
  return runCommand(options.binary ?? binary, args, options);
}

function runCommand(command, args, { cwd, env = {}, timeoutMs = kPatienceMs } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: environment(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.once("error", fail);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, ...output });
    });
  });
}

// The caller's environment without what would change the output of the command under test.
function environment(extra) {
  const { FORCE_COLOR, NODE_OPTIONS, ...rest } = process.env;
  return { ...rest, NO_COLOR: "1", ...extra };
}

// Writes `files` ({"path": text or bytes}) into a folder of their own, which goes when the test `t`
// ends, and answers its path. A string for `files` is the script of a worker, with a config made for it.
export function project(t, files) {
  const folder = mkdtempSync(join(tmpdir(), "lathe-e2e-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  write(folder, typeof files === "string" ? worker(files) : files);
  return folder;
}

export function write(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

// The files of a project with one script. `config` adds to its configuration.
export function worker(script, config = {}) {
  return { "worker.js": script, "wrangler.json": configText(config) };
}

export function configText(config = {}) {
  const defaults = { name: "worker", main: "worker.js", compatibility_date: "2026-08-01" };
  return JSON.stringify({ ...defaults, ...config }, null, 2) + "\n";
}

// A running `lathe serve`. Made by `serve`, ended by the test that made it at the latest.
export class Server {
  stdout = "";
  stderr = "";
  #child;
  #watchers = new Set();

  constructor(child) {
    this.#child = child;
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        this[name] += text;
        for (const watcher of this.#watchers) watcher();
      });
    }
    // {code, signal} once the process has gone.
    this.exited = new Promise((done) => {
      child.once("close", (code, signal) => {
        done({ code, signal });
        this.gone = true;
        for (const watcher of this.#watchers) watcher();
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get stdin() {
    return this.#child.stdin;
  }

  // Resolves with the match once `stream` ("stdout" or "stderr") holds `pattern` after its first
  // `from` characters; rejects when the process ends or the patience does before that.
  waitFor(stream, pattern, from = 0, patienceMs = kPatienceMs) {
    return new Promise((done, fail) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle(value);
      };
      const look = () => {
        const match = this[stream].slice(from).match(pattern);
        if (match) end(done, match);
        else if (this.gone)
          end(fail, new Error(`ended before ${stream} held ${pattern}\n${this.#said()}`));
      };
      const timer = setTimeout(
        () => end(fail, new Error(`${stream} never held ${pattern}\n${this.#said()}`)),
        patienceMs,
      );
      this.#watchers.add(look);
      look();
    });
  }

  #said() {
    return `stdout:\n${this.stdout}\nstderr:\n${this.stderr}`;
  }

  // `fetch` of Node, with a path instead of a URL, and a deadline.
  fetch(path = "/", init = {}) {
    const signal = AbortSignal.timeout(kPatienceMs);
    return fetch(new URL(path, this.url), { redirect: "manual", signal, ...init });
  }

  // The body of `path` as text.
  async text(path = "/", init) {
    return (await this.fetch(path, init)).text();
  }

  // A plain TCP connection to the server.
  connect() {
    return Connection.open(this.port);
  }

  signal(name) {
    this.#child.kill(name);
  }

  // Sends SIGTERM and answers {code, signal}. A process that does not go is killed, so that a failing
  // test cannot leave one behind.
  async stop(signal = "SIGTERM") {
    if (!this.gone) this.signal(signal);
    const timer = setTimeout(() => this.signal("SIGKILL"), kPatienceMs);
    const ending = await this.exited;
    clearTimeout(timer);
    return ending;
  }

  // Resident memory in bytes.
  async residentBytes() {
    const { readFile } = await import("node:fs/promises");
    const status = await readFile(`/proc/${this.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }
}

// Starts `lathe serve ARGS… --port 0` and waits for its Ready line. The server is stopped when `t` ends.
export function serve(t, args = [], options = {}) {
  return ready(start(t, ["serve", ...args, "--port", "0"], options));
}

// Waits for the Ready line of a server and learns its address from it.
export async function ready(server) {
  const [, url] = await server.waitFor("stdout", /Ready on (https?:\/\/\S+)/);
  server.url = url;
  server.port = Number(new URL(url).port);
  return server;
}

// Starts `lathe ARGS…` in the background, without waiting for anything.
// With `stdin: "pipe"` there is something to write to and to end: `server.stdin`.
export function start(t, args, { cwd, env = {}, binary: program = binary, stdin = "ignore" } = {}) {
  const stdio = [stdin, "pipe", "pipe"];
  const server = new Server(spawn(program, args, { cwd, env: environment(env), stdio }));
  t.after(() => server.stop("SIGKILL"));
  return server;
}

// Serves one script, or the files of a project.
export function serveFiles(t, files, args = []) {
  return serve(t, args, { cwd: project(t, files) });
}

// A TCP connection that remembers everything it was sent.
export class Connection {
  received = "";
  ended = false;
  #socket;
  #changed = () => {};

  static open(port) {
    return new Promise((done, fail) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.once("error", fail);
      socket.once("connect", () => done(new Connection(socket)));
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    const note = (change) => (value) => {
      change(value);
      this.#changed();
    };
    socket.on(
      "data",
      note((text) => (this.received += text)),
    );
    for (const event of ["end", "close", "error"])
      socket.on(
        event,
        note(() => (this.ended = true)),
      );
  }

  send(text) {
    this.#socket.write(text, "latin1");
    return this;
  }

  // Sends FIN; what the server still has to say can be received.
  halfClose() {
    this.#socket.end();
    return this;
  }

  close() {
    this.#socket.destroy();
  }

  // Waits until what was received holds `pattern`; answers the match, or null when the server closed
  // the connection before.
  async receive(pattern) {
    const deadline = Date.now() + kPatienceMs;
    for (;;) {
      const match = this.received.match(pattern);
      if (match || this.ended) return match;
      if (Date.now() > deadline)
        throw new Error(`never received ${pattern}, but: ${this.received}`);
      await this.#change(deadline - Date.now());
    }
  }

  // Waits for the server to close its side; answers all that was received.
  async receiveAll() {
    const deadline = Date.now() + kPatienceMs;
    while (!this.ended) {
      if (Date.now() > deadline)
        throw new Error(`the server keeps it open, after: ${this.received}`);
      await this.#change(deadline - Date.now());
    }
    return this.received;
  }

  #change(waitMs) {
    return new Promise((done) => {
      const timer = setTimeout(done, Math.max(waitMs, 1));
      this.#changed = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
