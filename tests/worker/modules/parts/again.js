export { count, increment } from "./counter.js";
export * as counter from "./counter.js";
export { default as words } from "./words.json";
