/** @jsxRuntime classic */
/** @jsx element */
/** @jsxFrag "fragment" */
const element = (tag: string, props: object | null, ...children: unknown[]) => [tag, props, ...children];
export const classic = <a href="/x">{1}<b /></a>;
export const fragment = <><i /></>;
