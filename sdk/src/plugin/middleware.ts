/** Runs middleware around a handler, one inside the other. */
import { SeabirdError } from "../link/errors.ts";
import type { ErasedMiddleware } from "./plugin.ts";

/**
 * Resolves when the handler and every middleware have ended, also those that one of them did
 * not wait for. Rejects with what they let pass.
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
  await step(0);
  for (const inner of begun) if (!inner.isOver) await inner.run;
}

/** What a middleware began with `next()`. */
class Inner {
  readonly run: Promise<void>;
  isOver = false;

  constructor(run: Promise<void>) {
    this.run = run.finally(() => {
      this.isOver = true;
    });
    // Whoever called next() may not look; then nobody would hear of it.
    this.run.catch(() => undefined);
  }
}
