/** Runs middleware around a handler, one inside the other. */
import { SeabirdError } from "../link/errors.ts";
import type { ErasedMiddleware } from "./declarations.ts";
import { TrackedPromise } from "./tracked-promise.ts";

/**
 * Settles when the handler and every middleware have ended, also those that were not awaited.
 * Rejects with their uncaught error, also if it was not observed.
 */
export async function runThrough(
  middleware: readonly ErasedMiddleware[],
  context: object,
  handler: () => Promise<void>,
): Promise<void> {
  const begun: Inner[] = [];
  const step = async (index: number): Promise<void> => {
    const current = middleware[index];
    if (current === undefined) return handler();
    let isUsed = false;
    await current(context, () => {
      if (isUsed) throw new SeabirdError("failed_precondition", "next() was called twice");
      isUsed = true;
      const inner = new Inner(step(index + 1));
      begun.push(inner);
      return inner.run;
    });
  };
  try {
    await step(0);
    for (const inner of begun) if (!inner.isHandled) await inner.run;
  } finally {
    // It grows while this waits: what still runs may call next().
    for (const inner of begun) await inner.end;
  }
}

/** What a middleware started with `next()`. */
class Inner {
  readonly run: TrackedPromise<void>;
  /** Never rejects. */
  readonly end: Promise<void>;
  #isOver = false;

  constructor(run: Promise<void>) {
    this.run = TrackedPromise.of(run);
    const over = () => {
      this.#isOver = true;
    };
    this.end = run.then(over, over);
  }

  /** It has ended, and the middleware that started it observed how. */
  get isHandled(): boolean {
    return this.#isOver && this.run.isObserved;
  }
}
