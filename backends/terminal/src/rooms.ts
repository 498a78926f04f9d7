/** Which rooms there are, their topics, and the one that is shown. */

/** Rooms at a time; one more is refused. */
export const MAX_ROOMS = 100;

export class Rooms {
  readonly #topics = new Map<string, string>();
  #current: string | undefined;

  /** Undefined when the last one was left. */
  get current(): string | undefined {
    return this.#current;
  }

  get names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  has(name: string): boolean {
    return this.#topics.has(name);
  }

  topic(name: string): string {
    return this.#topics.get(name) ?? "";
  }

  /** False if there are too many. A room that exists stays as it is. */
  add(name: string): boolean {
    if (this.#topics.has(name)) return true;
    if (this.#topics.size >= MAX_ROOMS) return false;
    this.#topics.set(name, "");
    this.#current ??= name;
    return true;
  }

  show(name: string): void {
    if (this.#topics.has(name)) this.#current = name;
  }

  setTopic(name: string, topic: string): void {
    if (this.#topics.has(name)) this.#topics.set(name, topic);
  }

  /** If it was shown, the first of the others is. */
  remove(name: string): void {
    this.#topics.delete(name);
    if (this.#current === name) this.#current = this.names[0];
  }
}
