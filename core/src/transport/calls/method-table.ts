/** The methods of a server by path; some are loaded when one is first asked for. */
import type { Method } from "./method.ts";

/** Loads what few cores need, so that all of them start sooner. */
export type LazyMethods = () => Promise<ReadonlyMap<string, Method>>;

export class MethodTable {
  readonly #methods: Map<string, Method>;
  #load: LazyMethods | undefined;
  #loading: Promise<void> | undefined;

  constructor(methods: readonly Method[], load: LazyMethods) {
    this.#methods = new Map(methods.map((method) => [pathOf(method), method]));
    this.#load = load;
  }

  /** A promise only for a path that is not known yet, and only until all are loaded. */
  get(path: string): Method | undefined | Promise<Method | undefined> {
    const method = this.#methods.get(path);
    if (method !== undefined || this.#load === undefined) return method;
    return this.all().then(() => this.#methods.get(path));
  }

  /** Whether the path is that of a method which is loaded. */
  has(path: string): boolean {
    return this.#methods.has(path);
  }

  async all(): Promise<ReadonlyMap<string, Method>> {
    this.#loading ??= this.#loadLazy();
    await this.#loading;
    return this.#methods;
  }

  async #loadLazy(): Promise<void> {
    const late = (await this.#load?.()) ?? new Map();
    for (const [path, method] of late) this.#methods.set(path, method);
    this.#load = undefined;
  }
}

/** As `/seabird.Seabird/SendMessage`. */
export function pathOf({ desc }: Method): string {
  return `/${desc.parent.typeName}/${desc.name}`;
}
