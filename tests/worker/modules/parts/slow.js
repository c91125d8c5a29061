// A top-level await: whoever imports this module waits for it.
export const value = await Promise.resolve("awaited");
