import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";

export const partsAreJoined = {
  async test() {
    const blob = new Blob([
      "aü",
      new Uint8Array([98]),
      new Uint8Array([0, 99, 0]).subarray(1, 2),
      new Blob(["d"]),
    ]);
    strictEqual(await blob.text(), "aübcd");
    strictEqual(blob.size, 6);
    strictEqual(blob.type, "");
  },
};

export const aBlobMayBeEmpty = {
  async test() {
    for (const blob of [new Blob(), new Blob([]), new Blob(undefined)]) {
      strictEqual(blob.size, 0);
      strictEqual(await blob.text(), "");
    }
  },
};

export const typeIsLowerCasedOrDropped = {
  test() {
    for (const [type, want] of [
      ["Text/Plain", "text/plain"],
      ["", ""],
      ["té", ""],
      ["a\0b", ""],
    ]) {
      strictEqual(new Blob([], { type }).type, want);
    }
  },
};

export const partsMustBeASequence = {
  test() {
    for (const parts of ["text", 1, {}, new Date()]) throws(() => new Blob(parts), TypeError);
  },
};

export const otherPartsBecomeStrings = {
  async test() {
    strictEqual(await new Blob([1, null, { toString: () => "x" }]).text(), "1nullx");
  },
};

export const partsAreCopiedWhenTheBlobIsMade = {
  async test() {
    const bytes = new Uint8Array([97]);
    const blob = new Blob([bytes]);
    bytes[0] = 98;
    strictEqual(await blob.text(), "a");
  },
};

export const sliceClampsAndCounts = {
  async test() {
    const blob = new Blob(["0123456789"], { type: "a/b" });
    for (const [args, want] of [
      [[], "0123456789"],
      [[2, 4], "23"],
      [[-3], "789"],
      [[-3, -1], "78"],
      [[5, 2], ""],
      [[8, 100], "89"],
      [[100], ""],
    ]) {
      strictEqual(await blob.slice(...args).text(), want, String(args));
    }
    strictEqual(blob.slice(0, 1).type, "");
    strictEqual(blob.slice(0, 1, "C/D").type, "c/d");
  },
};

export const bytesAndArrayBufferAgree = {
  async test() {
    const blob = new Blob(["ab"]);
    deepStrictEqual(await blob.bytes(), new Uint8Array([97, 98]));
    deepStrictEqual(await blob.arrayBuffer(), new Uint8Array([97, 98]).buffer);
  },
};

export const aFileIsABlobWithAName = {
  async test() {
    const file = new File(["abc"], "a.txt", { type: "text/plain", lastModified: 7 });
    ok(file instanceof Blob);
    deepStrictEqual(
      [file.name, file.type, file.lastModified, file.size],
      ["a.txt", "text/plain", 7, 3],
    );
    strictEqual(await file.text(), "abc");
    strictEqual(Object.prototype.toString.call(file), "[object File]");
    strictEqual(file.slice(0, 1) instanceof File, false);
  },
};

export const aFileNeedsPartsAndAName = {
  test() {
    throws(() => new File(), TypeError);
    throws(() => new File([]), TypeError);
    throws(() => new File("abc", "a.txt"), TypeError);
  },
};

export const lineEndingsAreConvertedOnDemand = {
  async test() {
    const parts = ["a\r\nb\rc\n", new Uint8Array([13])];
    strictEqual(await new Blob(parts).text(), "a\r\nb\rc\n\r");
    strictEqual(await new Blob(parts, { endings: "native" }).text(), "a\nb\nc\n\r");
    throws(() => new Blob([], { endings: "other" }), TypeError);
  },
};

export const aSliceOfASliceIsItsOwn = {
  async test() {
    const slice = new Blob(["0123456789"]).slice(2, 8).slice(1, -1);
    strictEqual(await slice.text(), "3456");
    strictEqual(await new Response(slice).text(), "3456");
    strictEqual(await new Blob([slice, slice]).text(), "34563456");
  },
};

export const blobsCountAgainstTheMemoryLimit = {
  test() {
    const part = "x".repeat(10e6);
    let held = [];
    throws(() => {
      for (let i = 0; i < 100; ++i) held.push(new Blob([part]));
    }, RangeError);
    ok(held.length > 5);
    // Slices, copies and bodies share the bytes; what nobody holds makes room.
    for (let i = 0; i < 100; ++i) held.push(held[0].slice(1), new Response(held[0]));
    held = [];
    for (let i = 0; i < 100; ++i) new Blob([part]);
  },
};
