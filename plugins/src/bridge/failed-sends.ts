/** What a send that failed means: not done, perhaps done, or nothing reached core. Pure. */
import { SeabirdError } from "@seabird-chat/sdk";

/** It was handed over, and it is not known what became of it. */
export function isOutcomeUnknown(reason: unknown): boolean {
  return (
    reason instanceof SeabirdError &&
    (reason.code === "aborted" || reason.code === "deadline_exceeded")
  );
}

/** Where a network would say a repetition again: IRC, XMPP. Others "may or may not have been done". */
export function isUnconfirmed(reason: unknown): boolean {
  return reason instanceof SeabirdError && UNCONFIRMED.test(reason.message);
}

const UNCONFIRMED = /\bmay or may not have been sent\b|\bdid not confirm it in time$/;

export function isAborted(reason: unknown): boolean {
  return reason instanceof SeabirdError && reason.code === "aborted";
}

export function isCoreAway(reason: unknown): boolean {
  return reason instanceof SeabirdError && reason.code === "unavailable";
}
