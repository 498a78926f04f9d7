/** Why a send failed, in words; core tells the status alone, and the reason to the sender. Pure. */

interface SendFailure {
  readonly text: string;
  /** Whether the network may have it all the same. */
  readonly isOpen?: true;
}

/** By the status of the send's call, as core gives it in the event `send_result`. */
const FAILURES: ReadonlyMap<string, SendFailure> = new Map([
  ["UNKNOWN", { text: "its network or backend refused it" }],
  ["NOT_FOUND", { text: "its backend is not connected" }],
  ["RESOURCE_EXHAUSTED", { text: "its backend has too much to do" }],
  ["INTERNAL", { text: "its backend gave an answer that makes no sense", isOpen: true }],
  ["UNAVAILABLE", { text: "its backend disconnected before it answered", isOpen: true }],
  ["DEADLINE_EXCEEDED", { text: "its backend did not answer in time", isOpen: true }],
  ["CANCELLED", { text: "its sender did not wait for the answer", isOpen: true }],
]);

/** `not sent: its backend is not connected (NOT_FOUND)`; another status stands alone. */
export function sendFailureText(status: string): string {
  const known = FAILURES.get(status);
  const start = isSendOpen(status) ? "perhaps not sent" : "not sent";
  return known === undefined ? `${start}: ${status}` : `${start}: ${known.text} (${status})`;
}

/** Whether a send with this status may have reached its network. */
export function isSendOpen(status: string): boolean {
  return FAILURES.get(status)?.isOpen === true;
}
