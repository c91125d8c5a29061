type Props = Record<string, unknown> & { children?: unknown };
export const Fragment = "";
export function jsx(tag: unknown, { children = [], ...props }: Props): string {
  if (typeof tag === "function") return tag({ children, ...props });
  const attributes = Object.entries(props).map(([name, value]) => ` ${name}="${value}"`);
  const inner = [children].flat(9).join("");
  return tag === "" ? inner : `<${tag}${attributes.join("")}>${inner}</${tag}>`;
}
export { jsx as jsxs };
