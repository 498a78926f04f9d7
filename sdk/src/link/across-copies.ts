/**
 * `instanceof` for what comes of another copy of the SDK: a plugin may bring its own, while the
 * program that runs it has one too.
 */

type Class = abstract new (...args: never[]) => object;

/** From now on, `instanceof` this class holds for objects of the same class of every copy. */
export function sameAcrossCopies(type: Class, name: string): void {
  const mark = Symbol.for(name);
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, given: unknown): boolean {
      // Subclasses inherit this function, and are told apart as usual.
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this, given);
      return typeof given === "object" && given !== null && mark in given;
    },
  });
}
