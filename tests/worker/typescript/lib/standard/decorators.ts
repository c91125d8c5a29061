// A tsconfig.json of its own has no `experimentalDecorators`: these are those of the language.
type Method = (this: unknown, ...given: number[]) => number;
export const twice = (method: Method, context: ClassMethodDecoratorContext): Method =>
  function (...given) {
    return 2 * method.apply(this, given) + String(context.name).length;
  };
export const logged: string[] = [];
export function named(_class: unknown, context: ClassDecoratorContext) {
  logged.push(String(context.name));
}
@named
export class Sums {
  accessor last = 0;
  @twice
  add(a: number, b: number) {
    return (this.last = a + b);
  }
}
