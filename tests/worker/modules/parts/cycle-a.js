import { nameOfB } from "./cycle-b.js";

export function nameOfA() {
  return "a";
}
export const both = () => nameOfA() + nameOfB();
