import { nameOfA } from "./cycle-a.js";

export function nameOfB() {
  return "b";
}
export const both = () => nameOfB() + nameOfA();
