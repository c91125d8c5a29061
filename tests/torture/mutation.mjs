// What is nearly right: bytes that a program takes apart, changed at random. A seed makes all of it
// again: LATHE_SEED.

export const seed = Number(process.env.LATHE_SEED ?? Date.now() % 2 ** 31);

// A generator of numbers below what it is asked for.
export function random(start = seed) {
  let state = start >>> 0;
  return (below) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const kBytes = [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1b, 0x20, 0x22, 0x2c, 0x3a, 0x7f, 0x80, 0x9d, 0xc2, 0xff];

// One to six changes to one of `samples` (Buffers), perhaps with a piece of another one. `words` are
// texts that mean something where they stand.
export function mutate(samples, next, words = []) {
  const sample = () => samples[next(samples.length)];
  let bytes = Buffer.from(sample());
  const splice = (at, count, piece) => (bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + count)]));
  for (let changes = 1 + next(6); changes > 0; --changes) {
    const at = next(bytes.length + 1);
    const count = next(Math.min(16, bytes.length - at) + 1);
    switch (next(words.length ? 9 : 8)) {
      case 0: if (at < bytes.length) bytes[at] ^= 1 << next(8); break;
      case 1: if (at < bytes.length) bytes[at] = next(256); break;
      case 2: if (at < bytes.length) bytes[at] = kBytes[next(kBytes.length)]; break;
      case 3: splice(at, count, Buffer.alloc(0)); break;
      case 4: splice(at, 0, bytes.subarray(at, at + count)); break;
      case 5: splice(at, 0, Buffer.from(Array.from({ length: 1 + next(8) }, () => next(256)))); break;
      case 6: bytes = bytes.subarray(0, at); break;
      case 7: {
        const other = sample();
        const from = next(other.length + 1);
        splice(at, count, other.subarray(from, from + next(64)));
        break;
      }
      case 8: splice(at, next(2) * count, Buffer.from(words[next(words.length)], "latin1")); break;
    }
    bytes = Buffer.from(bytes);
  }
  return bytes;
}
