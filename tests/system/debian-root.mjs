// Bare Debian systems to try things in: the file system of debootstrap's smallest variant, entered by chroot, with
// processes and mounts of its own and this machine's network. Needs root and the package debootstrap.

import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const made = join(checkout, "build/debian-roots");

export class DebianRoot {
  #path;

  // A new system of the release `suite` ("bookworm" is Debian 12, "trixie" 13), which goes when the test `t` ends.
  static make(t, suite) {
    const pristine = join(made, suite);
    if (!existsSync(pristine)) {
      const unfinished = `${pristine}.part`;
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(made, { recursive: true });
      run("debootstrap", ["--variant=minbase", suite, unfinished, debianMirror()]);
      renameSync(unfinished, pristine);
    }
    const path = mkdtempSync(join(made, `${suite}-`));
    t.after(() => rmSync(path, { recursive: true, force: true }));
    run("cp", ["-a", `${pristine}/.`, path]);
    // What it takes to reach this machine's mirror and registry.
    for (const file of ["/etc/resolv.conf", "/etc/hosts"]) {
      if (existsSync(file)) copyFileSync(file, join(path, file));
    }
    return new DebianRoot(path);
  }

  constructor(path) {
    this.#path = path;
  }

  // Where a path of the system lies in this one's.
  at(path) {
    return join(this.#path, path);
  }

  // What a command prints. `env` is added to an environment that has little in it. Throws with all that the command said
  // when it fails.
  run(command, { env, timeoutMs = 600_000 } = {}) {
    return run(...this.#entering(command), { env: environment(env), timeout: timeoutMs });
  }

  // Starts a command and answers {waitFor(pattern)}, which resolves with the match in what the command prints. The
  // command ends with the test.
  start(t, command, { env } = {}) {
    const child = spawn(...this.#entering(command), { env: environment(env), stdio: ["ignore", "pipe", "pipe"] });
    t.after(() => child.kill("SIGKILL"));
    let said = "";
    let changed = () => {};
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
        changed();
      });
    }
    const gone = new Promise((done) => child.once("close", () => done(true)));
    return {
      async waitFor(pattern) {
        for (let ended = false; ; ) {
          const match = said.match(pattern);
          if (match) return match;
          if (ended) throw new Error(`${command.join(" ")} ended before it printed ${pattern}:\n${said}`);
          ended = await Promise.race([gone, new Promise((done) => (changed = done))]);
        }
      },
    };
  }

  #entering(command) {
    // A root that is mounted, so that who is in there may mount things himself.
    const script = `mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && cd / &&
      exec chroot "$0" "$@"`;
    const flags = ["--mount", "--pid", "--fork", "--kill-child"];
    return ["unshare", [...flags, "sh", "-c", script, this.#path, ...command]];
  }
}

function run(program, args, options = {}) {
  try {
    const settings = { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"], ...options };
    return execFileSync(program, args, settings);
  } catch (error) {
    throw new Error(`${[program, ...args].join(" ")} failed:\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
  }
}

function environment(extra) {
  const passed = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return {
    ...Object.fromEntries(passed),
    PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/root",
    LC_ALL: "C.UTF-8",
    DEBIAN_FRONTEND: "noninteractive",
    ...extra,
  };
}

// The mirror that this machine's apt fetches Debian from.
function debianMirror() {
  const format = ["--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages", "Origin: Debian"];
  const line = run("apt-get", ["indextargets", ...format])
    .split("\n")
    .find((text) => /^https?:\S+ [a-z]+$/.test(text));
  if (!line) throw new Error("apt on this machine knows no mirror of Debian's; try apt-get update");
  return line.split(" ")[0];
}
