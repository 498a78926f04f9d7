/** Finds timers of the machine, such as `setTimeout`, that a plugin leaves behind. */
import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

interface RealTimer {
  readonly timer: NodeJS.Timeout;
  /** Where it was set. */
  readonly origin: Error;
}

const ORIGIN_FRAMES = 16;
const SHOWN_FRAMES = 4;

const owner = new AsyncLocalStorage<RealTimers>();
const open = new Map<number, RealTimers>();

const hook = createHook({
  init(id, type, _trigger, resource) {
    if (type === "Timeout") owner.getStore()?.add(id, resource as NodeJS.Timeout);
  },
  destroy(id) {
    open.get(id)?.remove(id);
  },
  // Promises are many, and none of them is a timer.
  ...{ trackPromises: false },
});

/** The timers of everything that runs inside of `watch`, and of what that starts. */
export class RealTimers {
  readonly #timers = new Map<number, RealTimer>();

  watch<T>(run: () => T): T {
    hook.enable();
    return owner.run(this, run);
  }

  /** Those that still keep the process alive, one line each; clears them. */
  async takeLeft(): Promise<readonly string[]> {
    // What was cleared is reported a turn later.
    await setImmediate();
    const left = [...this.#timers.entries()].filter(([, { timer }]) => timer.hasRef());
    for (const id of [...this.#timers.keys()]) this.remove(id);
    return left.map(([, { timer, origin }]) => {
      clearTimeout(timer);
      return `a timer of the machine was left behind (setTimeout or setInterval), set\n${framesOf(origin)}`;
    });
  }

  add(id: number, timer: NodeJS.Timeout): void {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = ORIGIN_FRAMES;
    this.#timers.set(id, { timer, origin: new Error("timer") });
    Error.stackTraceLimit = stackTraceLimit;
    open.set(id, this);
  }

  remove(id: number): void {
    this.#timers.delete(id);
    open.delete(id);
  }
}

/** Without Node's own frames and this file's. */
function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .slice(1)
    .filter((frame) => !frame.includes("(node:") && !frame.includes(" node:"))
    .filter((frame) => !frame.includes(import.meta.url))
    .slice(0, SHOWN_FRAMES)
    .join("\n");
}
