/** Runs middleware around a handler, one inside the other. */
import { SeabirdError } from "../link/errors.ts";
import { Noticed } from "./noticed.ts";
import type { ErasedMiddleware } from "./plugin.ts";

/**
 * Settles when the handler and every middleware have ended, also those that one of them did not
 * wait for. Rejects with what they let pass, also if nobody looked at it.
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
    for (const inner of begun) if (!inner.isDealtWith) await inner.run;
  } finally {
    // It grows while this waits: what still runs may call next().
    for (const inner of begun) await inner.end;
  }
}

/** What a middleware began with `next()`. */
class Inner {
  readonly run: Noticed<void>;
  /** Never rejects. */
  readonly end: Promise<void>;
  #isOver = false;

  constructor(run: Promise<void>) {
    this.run = Noticed.of(run);
    const over = () => {
      this.#isOver = true;
    };
    this.end = run.then(over, over);
  }

  /** It has ended, and whoever began it knows how. */
  get isDealtWith(): boolean {
    return this.#isOver && this.run.isLookedAt;
  }
}
