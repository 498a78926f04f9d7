/**
 * Makes something that many may ask for at once, and that costs much, no more often than one after
 * another.
 */

/**
 * The same as `make`, but all who ask while one is made get the next one, together: what they get is
 * never older than their question. One that fails fails those that asked for it alone.
 */
export function coalesced<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<Made> | undefined;

  const begin = (): Promise<Made> => {
    next = undefined;
    const made = make();
    current = made;
    return made;
  };

  return () => {
    next ??= current.then(begin, begin);
    return next;
  };
}
