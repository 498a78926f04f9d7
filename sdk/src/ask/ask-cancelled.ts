/** The error of a question that ends without an answer. */
import { sameAcrossCopies } from "../link/errors.ts";

/**
 * - `timeout`: the time is up.
 * - `cancel`: the user replied `cancel`.
 * - `command`: the user used a command instead.
 * - `replaced`: the user was asked something else in the same conversation.
 * - `closed`: the plugin closes.
 */
export type AskCancelReason = "timeout" | "cancel" | "command" | "replaced" | "closed";

/** A handler that does not catch it ends without an error report. */
export class AskCancelled extends Error {
  readonly reason: AskCancelReason;

  constructor(reason: AskCancelReason) {
    super(MESSAGES[reason]);
    this.name = "AskCancelled";
    this.reason = reason;
  }
}

sameAcrossCopies(AskCancelled, "seabird.ask-cancelled");

const MESSAGES: Record<AskCancelReason, string> = {
  timeout: "no answer in time",
  cancel: "the user cancelled",
  command: "the user used a command instead",
  replaced: "the user was asked something else",
  closed: "the plugin closes",
};
