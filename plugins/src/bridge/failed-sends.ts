/** What a send that failed means: not done, perhaps done, or nothing reached core. Pure. */
import { SeabirdError } from "@seabird-chat/sdk";

/** It was handed over, and it is not known what became of it. */
export function isOutcomeUnknown(reason: unknown): boolean {
  return (
    reason instanceof SeabirdError &&
    (reason.code === "aborted" || reason.code === "deadline_exceeded")
  );
}

/**
 * Where a network would say a repetition, or a part, again: IRC, XMPP. Others "may or may not have been done".
 * And what core remembers in other words, as of before a restart: with another name, or another quotation.
 */
const UNCONFIRMED: readonly RegExp[] = [
  /^idempotency key already used /,
  /\bmay or may not have been sent\b/,
  /\bdid not confirm it in time$|\bwas lost before it confirmed this$/,
  /^only \d+ of \d+ lines were sent in time$|^\d+ of \d+ parts were sent: /,
];

export function isUnconfirmed(reason: unknown): boolean {
  return reason instanceof SeabirdError && UNCONFIRMED.some((each) => each.test(reason.message));
}

export function isAborted(reason: unknown): boolean {
  return reason instanceof SeabirdError && reason.code === "aborted";
}

export function isCoreAway(reason: unknown): boolean {
  return reason instanceof SeabirdError && reason.code === "unavailable";
}
