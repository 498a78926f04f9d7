/** How a question ends that nobody answered. */
import { sameAcrossCopies } from "../link/errors.ts";

/**
 * - `timeout`: the time is up.
 * - `cancel`: the person said `cancel`.
 * - `command`: the person used a command instead.
 * - `replaced`: the same person was asked something else in the same place.
 * - `closed`: the plugin closes.
 */
export type AskCancelReason = "timeout" | "cancel" | "command" | "replaced" | "closed";

/** A handler that lets it pass ends quietly: it is no failure. */
export class AskCancelled extends Error {
  readonly reason: AskCancelReason;

  constructor(reason: AskCancelReason) {
    super(WORDS[reason]);
    this.name = "AskCancelled";
    this.reason = reason;
  }
}

sameAcrossCopies(AskCancelled, "seabird.ask-cancelled");

const WORDS: Record<AskCancelReason, string> = {
  timeout: "nobody answered in time",
  cancel: "the person cancelled",
  command: "the person used a command instead",
  replaced: "the person was asked something else",
  closed: "the plugin closes",
};
