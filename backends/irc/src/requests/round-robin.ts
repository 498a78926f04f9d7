/** Queues that are served in turn; each keeps its own order. Pure. */
export class RoundRobin<Item> {
  readonly #queues: { readonly key: string; readonly items: Item[] }[] = [];
  /** Index of the queue that is next. Behind the last one it is the first, or one that is added. */
  #next = 0;

  add(key: string, item: Item): void {
    const queue = this.#queues.find((each) => each.key === key);
    if (queue === undefined) this.#queues.push({ key, items: [item] });
    else queue.items.push(item);
  }

  /** The first item of the queue that is next. */
  get next(): Item | undefined {
    return (this.#queues[this.#next] ?? this.#queues[0])?.items[0];
  }

  /** An item was served: the following queue is next, if it was this item's turn. */
  served(item: Item): void {
    if (this.#queues[this.#next] === undefined) this.#next = 0;
    if (this.#queues[this.#next]?.items[0] === item) this.#next += 1;
  }

  remove(key: string, item: Item): void {
    const position = this.#queues.findIndex((each) => each.key === key);
    const queue = this.#queues[position];
    const index = queue?.items.indexOf(item) ?? -1;
    if (queue === undefined || index === -1) return;
    queue.items.splice(index, 1);
    if (queue.items.length > 0) return;
    this.#queues.splice(position, 1);
    if (position < this.#next) this.#next -= 1;
  }

  clear(): void {
    this.#queues.length = 0;
    this.#next = 0;
  }
}
