/** Finds a name as people type it: exactly, else in any case, else the only one that capitals merge. */
import { foldCase, foldLoosely, withoutSentenceEnd } from "./normalise.ts";

export class NameIndex {
  readonly #names = new Set<string>();
  readonly #byCase = new Map<string, Set<string>>();
  readonly #byLoose = new Map<string, Set<string>>();

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    push(this.#byCase, foldCase(name), name);
    push(this.#byLoose, foldLoosely(name), name);
  }

  delete(name: string): void {
    if (!this.#names.delete(name)) return;
    remove(this.#byCase, foldCase(name), name);
    remove(this.#byLoose, foldLoosely(name), name);
  }

  /** As it was added. */
  find(typed: string): string | undefined {
    if (this.#names.has(typed)) return typed;
    const [sameCase] = this.#byCase.get(foldCase(typed)) ?? [];
    if (sameCase !== undefined) return sameCase;
    const loose = this.#byLoose.get(foldLoosely(typed));
    const [only] = loose ?? [];
    return loose?.size === 1 ? only : undefined;
  }

  /** As `find`; a name with punctuation behind it, such as `ping!`, only if it is no name itself. */
  findInSentence(typed: string): string | undefined {
    return this.find(typed) ?? this.find(withoutSentenceEnd(typed));
  }

  /** The names that are this one but for case, width and marks. */
  same(name: string): readonly string[] {
    return [...(this.#byCase.get(foldCase(name)) ?? [])];
  }
}

/** One of `names` as it is typed: in any case, with invisible marks, with punctuation behind it. */
export function findName(typed: string, names: Iterable<string>): string | undefined {
  return new NameIndex(names).findInSentence(typed);
}

function push(map: Map<string, Set<string>>, key: string, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, new Set([name]));
  else names.add(name);
}

function remove(map: Map<string, Set<string>>, key: string, name: string): void {
  const names = map.get(key);
  names?.delete(name);
  if (names?.size === 0) map.delete(key);
}
