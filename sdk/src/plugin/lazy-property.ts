/**
 * Properties that are made when they are read, of objects that are spread and copied as plain ones:
 * each is the object's own and enumerable. One descriptor serves all objects, which costs a tenth of
 * a getter written in an object literal.
 */

/** Assigning to it replaces it. `this` is the object that it is read from. */
export function lazyProperty<Owner extends object>(
  name: string,
  get: (this: Owner) => unknown,
): PropertyDescriptor & ThisType<Owner> {
  return {
    get,
    set(value: unknown) {
      const own = { value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(this, name, own);
    },
    enumerable: true,
    configurable: true,
  };
}
