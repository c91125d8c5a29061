export let count = 0;
export function increment() {
  return ++count;
}
export const specifier = import.meta.url;
