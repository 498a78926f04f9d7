/** A pause for handlers that go on when all is over. */
import { unlessEnded } from "../link/clock.ts";

/** Of the machine's time: no clock of a test is waited for. */
const BREATH_MS = 1;

/**
 * Waits a moment if one of the signals is aborted: a handler that then tries again for ever keeps
 * neither others from running nor the process from ending.
 */
export async function breath(...signals: readonly AbortSignal[]): Promise<void> {
  if (!signals.some(({ aborted }) => aborted)) return;
  await new Promise<void>((resolve) => unlessEnded(BREATH_MS, resolve));
}
