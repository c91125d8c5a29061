// The single executable file. tools/packaging/archive.h describes its format.

import { createHash } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";

import { needsSentence, run } from "./contents.mjs";

const kMagic = "lathe-1\n";
const kNameBytes = 48;
const kFilesMax = 4;
const kVersionBytes = 64;
const kNeedsBytes = 152;

export function singleFile({ contents, to, scratch }) {
  const { version, programFiles, carried, needs } = contents;
  const launcher = join(scratch, "launcher");
  run("strip", ["--strip-all", "-o", launcher, "build/single-file-launcher"]);
  const path = join(to, `lathe-${version}-linux-x64`);
  const files = [...programFiles, carried].map((file) => ({ name: basename(file), bytes: readFileSync(file) }));
  pack(path, { launcher, files, version, needs: needsSentence(needs) });
  return [path];
}

// Writes a single file that unpacks `files` ({name, bytes}) and starts the first of them. `needs` goes after "needs" in
// what is said when the first of them does not run.
export function pack(path, { launcher, files, version, needs }) {
  const payload = zstdCompressSync(Buffer.concat(files.map(({ bytes }) => bytes)), {
    params: {
      [constants.ZSTD_c_compressionLevel]: 19,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_nbWorkers]: 2,
    },
  });
  const hash = createHash("sha256").update(payload).digest("hex").slice(0, 32);
  const end = footer(files, payload.length, `${version}-${hash}`, needs);
  writeFileSync(path, Buffer.concat([readFileSync(launcher), payload, end]));
  chmodSync(path, 0o755);
}

function footer(files, payloadSize, version, needs) {
  const parts = [];
  for (let i = 0; i < kFilesMax; ++i) {
    parts.push(text(files[i]?.name ?? "", kNameBytes), number(files[i]?.bytes.length ?? 0));
  }
  parts.push(number(payloadSize), text(version, kVersionBytes), text(needs, kNeedsBytes), Buffer.from(kMagic));
  return Buffer.concat(parts);
}

function number(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

// Text that ends with a zero, in so many bytes.
function text(value, size) {
  const bytes = Buffer.alloc(size);
  if (Buffer.byteLength(value) >= size) throw new Error(`"${value}" is longer than ${size - 1} bytes`);
  bytes.write(value);
  return bytes;
}
