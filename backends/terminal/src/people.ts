/** Who is in the terminal: the person at it, and others for whom a line is said (`/as`). */

/** People at a time, the one at the terminal included; one more is refused. */
export const MAX_PEOPLE = 100;

export class People {
  readonly #bot: string;
  #owner: string;
  #speaker: string;
  /** The rooms of each of the others; the one at the terminal is in all of them. */
  readonly #others = new Map<string, Set<string>>();

  constructor(owner: string, bot: string) {
    this.#owner = owner;
    this.#speaker = owner;
    this.#bot = bot;
  }

  /** Who is at the terminal. */
  get owner(): string {
    return this.#owner;
  }

  /** Whose lines are typed at the moment. */
  get speaker(): string {
    return this.#speaker;
  }

  has(name: string): boolean {
    return name === this.#owner || this.#others.has(name);
  }

  /** False if there are too many, or the name is the bot's. */
  add(name: string): boolean {
    if (this.has(name)) return true;
    if (name === this.#bot || this.#others.size + 1 >= MAX_PEOPLE) return false;
    this.#others.set(name, new Set());
    return true;
  }

  speakAs(name: string): void {
    if (this.has(name)) this.#speaker = name;
  }

  /** True if they were not there. */
  enter(name: string, room: string): boolean {
    const rooms = this.#others.get(name);
    if (rooms === undefined || rooms.has(room)) return false;
    rooms.add(room);
    return true;
  }

  /** True if they were there. */
  leave(name: string, room: string): boolean {
    return this.#others.get(name)?.delete(room) === true;
  }

  in(room: string): readonly string[] {
    const others = [...this.#others].filter(([, rooms]) => rooms.has(room));
    return [this.#owner, ...others.map(([name]) => name)];
  }

  /** A room was closed. */
  closed(room: string): void {
    for (const rooms of this.#others.values()) rooms.delete(room);
  }

  /** False if the name is somebody else's. */
  rename(before: string, after: string): boolean {
    if (this.has(after) || after === this.#bot) return false;
    if (before === this.#owner) this.#owner = after;
    else {
      this.#others.set(after, this.#others.get(before) ?? new Set());
      this.#others.delete(before);
    }
    if (this.#speaker === before) this.#speaker = after;
    return true;
  }
}
