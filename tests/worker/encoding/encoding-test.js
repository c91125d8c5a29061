import { deepStrictEqual, strictEqual, throws } from "node:assert";

const bytes = (...values) => new Uint8Array(values);

export const encodeMakesUtf8 = {
  test() {
    const encoder = new TextEncoder();
    strictEqual(encoder.encoding, "utf-8");
    deepStrictEqual(
      encoder.encode("aü€😀"),
      bytes(97, 0xc3, 0xbc, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
    );
    deepStrictEqual(encoder.encode(), bytes());
    deepStrictEqual(encoder.encode("\ud800"), bytes(0xef, 0xbf, 0xbd));
  },
};

export const encodeIntoStopsAtWholeCharacters = {
  test() {
    const encoder = new TextEncoder();
    for (const [text, room, read, written] of [
      ["abc", 2, 2, 2],
      ["aü", 2, 1, 1],
      ["😀", 3, 0, 0],
      ["😀", 4, 2, 4],
      ["", 4, 0, 0],
    ]) {
      deepStrictEqual({ ...encoder.encodeInto(text, new Uint8Array(room)) }, { read, written });
    }
    throws(() => encoder.encodeInto("a", [0]), TypeError);
  },
};

export const labelsNameEncodings = {
  test() {
    for (const [label, want] of [
      [undefined, "utf-8"],
      ["UTF8", "utf-8"],
      [" latin1 ", "windows-1252"],
      ["ascii", "windows-1252"],
      ["utf-16", "utf-16le"],
      ["sjis", "shift_jis"],
      ["x-user-defined", "x-user-defined"],
    ]) {
      strictEqual(new TextDecoder(label).encoding, want, String(label));
    }
  },
};

export const unknownLabelsAreRangeErrors = {
  test() {
    for (const label of ["", "utf-7", "no such thing", "replacement", "utf-8\0"]) {
      throws(() => new TextDecoder(label), RangeError, label);
    }
  },
};

export const legacyEncodingsDecode = {
  test() {
    for (const [label, input, want] of [
      ["windows-1252", [0x80, 0xe9], "€é"],
      ["utf-16le", [0x61, 0, 0x3d, 0xd8, 0, 0xde], "a😀"],
      ["utf-16be", [0, 0x61], "a"],
      ["shift_jis", [0x83, 0x65, 0x83, 0x58], "テス"],
      ["euc-jp", [0xa5, 0xc6], "テ"],
      ["iso-2022-jp", [0x1b, 0x24, 0x42, 0x25, 0x46], "テ"],
      ["gb18030", [0xc4, 0xe3, 0x81, 0x30, 0x81, 0x30], "你\u0080"],
      ["big5", [0xa7, 0x41], "你"],
      ["euc-kr", [0xb0, 0xa1], "가"],
      ["koi8-r", [0xc1], "а"],
      ["x-user-defined", [0x80], "\uf780"],
    ]) {
      strictEqual(new TextDecoder(label).decode(bytes(...input)), want, label);
    }
  },
};

export const malformedBytesAreReplacedUnlessFatal = {
  test() {
    for (const [input, want] of [
      [[0xff], "\ufffd"],
      [[0xe2, 0x82], "\ufffd"],
      [[0xc0, 0x80], "\ufffd\ufffd"],
      [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"],
      [[0xf0, 0x9f, 0x98, 0x61], "\ufffda"],
    ]) {
      strictEqual(new TextDecoder().decode(bytes(...input)), want);
      throws(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes(...input)), TypeError);
    }
  },
};

export const byteOrderMarkIsDroppedUnlessIgnored = {
  test() {
    const input = bytes(0xef, 0xbb, 0xbf, 97);
    strictEqual(new TextDecoder().decode(input), "a");
    strictEqual(new TextDecoder("utf-8", { ignoreBOM: true }).decode(input), "\ufeffa");
  },
};

export const streamingKeepsHalfCharacters = {
  test() {
    const decoder = new TextDecoder();
    strictEqual(decoder.decode(bytes(0xf0, 0x9f), { stream: true }), "");
    strictEqual(decoder.decode(bytes(0x98, 0x80, 0xe2), { stream: true }), "😀");
    strictEqual(decoder.decode(), "\ufffd");
    strictEqual(decoder.decode(bytes(97)), "a");
  },
};

export const everyBufferSourceIsTaken = {
  test() {
    const buffer = bytes(97, 98, 99).buffer;
    for (const [source, want] of [
      [buffer, "abc"],
      [new Uint8Array(buffer, 1), "bc"],
      [new DataView(buffer, 1, 1), "b"],
      [new Uint16Array(buffer, 0, 1), "ab"],
      [undefined, ""],
    ]) {
      strictEqual(new TextDecoder().decode(source), want);
    }
    for (const source of ["abc", 1, {}, [97]])
      throws(() => new TextDecoder().decode(source), TypeError);
  },
};

export const optionsCanBeRead = {
  test() {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    strictEqual(decoder.fatal, true);
    strictEqual(decoder.ignoreBOM, true);
    strictEqual(Object.prototype.toString.call(decoder), "[object TextDecoder]");
  },
};

export const aBufferThatMovesMeanwhileIsEmpty = {
  test() {
    const move = (view) => structuredClone(view, { transfer: [view.buffer] });
    const input = bytes(97, 98);
    const options = {
      get stream() {
        move(input);
        return false;
      },
    };
    strictEqual(new TextDecoder().decode(input, options), "");

    const room = new Uint8Array(8);
    const source = {
      toString() {
        move(room);
        return "abc";
      },
    };
    deepStrictEqual({ ...new TextEncoder().encodeInto(source, room) }, { read: 0, written: 0 });
  },
};
