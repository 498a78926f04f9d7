/**
 * Properties that are made when they are read, of objects that are spread and copied as plain ones:
 * each is the object's own and enumerable. One descriptor serves all objects, which costs a tenth of
 * a getter written in an object literal. For values that take time to make: a bound function takes a
 * tenth of the time that such a property takes.
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

const hidden: { value: unknown } = { value: undefined };

/**
 * Sets what lazy properties are made from. Unlike a private field it is found through a proxy and
 * by objects derived from the owner too, and unlike other properties it is not copied.
 */
export function setHidden<Owner extends object, Key extends keyof Owner & symbol>(
  owner: Owner,
  key: Key,
  value: Owner[Key],
): void {
  hidden.value = value;
  Object.defineProperty(owner, key, hidden);
}
