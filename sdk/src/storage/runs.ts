/** A value per run of a plugin: the same plugin may run several times in one process. */
import { SeabirdError } from "../link/errors.ts";
import type { PluginHost } from "../plugin/context.ts";

/** Identifies a run: `ctx`, or the host that `onStart` receives. */
export type RunOfPlugin = Pick<PluginHost, "core">;

export class Runs<T> {
  /** Such as `the storage of "notes"`. */
  readonly #what: string;
  readonly #runs = new Map<object, T>();

  constructor(what: string) {
    this.#what = what;
  }

  /** Returns the undo. */
  add({ core }: RunOfPlugin, value: T): () => void {
    this.#runs.set(core, value);
    return () => void this.#runs.delete(core);
  }

  /** Throws `closed` if that run has no value. */
  of({ core }: RunOfPlugin): T {
    const value = this.#runs.get(core);
    if (value === undefined) throw this.#notOpen();
    return value;
  }

  /** Throws `closed` if there is none, `failed_precondition` if there are several. */
  only(): T {
    const [first, second] = this.#runs.values();
    if (first === undefined) throw this.#notOpen();
    if (second === undefined) return first;
    const words = `${this.#what} exists several times in this process: use of(ctx)`;
    throw new SeabirdError("failed_precondition", words);
  }

  #notOpen(): SeabirdError {
    const words = `${this.#what} is closed: it is open only while the plugin runs`;
    return new SeabirdError("closed", words);
  }
}
