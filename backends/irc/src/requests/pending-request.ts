/** A request that waits for its outcome, line by line. */
import type { LineTags } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcRequest, RequestOutcome } from "./irc-request.ts";

/** How the server confirms it: a label on each line, an echo of each, or a PING behind the last. */
export type Confirmation = "label" | "echo" | "ping";

type LineState = "waiting" | "sent" | "confirmed" | "refused";

export class PendingRequest {
  readonly request: IrcRequest;
  readonly confirmation: Confirmation;
  /** Of its PING. */
  readonly token: string;
  /** By the clock, when its answer is due. */
  readonly dueAtMs: number;
  /** Whether its success condition was met before its first line was sent. */
  wasMetBefore = false;
  /** Its success condition came to be met after its first line was sent. */
  becameMet = false;
  /** It has been answered; the server may still owe its own last answer. */
  settled = false;
  /** Positions of its last line and of its PING among all that was sent; 0 before. */
  lastPosition = 0;
  pingPosition = 0;
  hasPong = false;
  /** Labels of its lines that the server has not answered. */
  readonly labels = new Set<string>();
  /** Cancels its deadline, and the listener on its signal. */
  release: () => void = () => undefined;
  /** Cancels the PING that would ask for a missing answer. */
  cancelProbe: (() => void) | undefined;
  readonly #resolve: (outcome: RequestOutcome) => void;
  readonly #lines: LineState[];
  #sent = 0;
  #refusals = 0;
  #reason: string | undefined;

  constructor(
    request: IrcRequest,
    how: {
      readonly confirmation: Confirmation;
      readonly token: string;
      readonly dueAtMs: number;
    },
    resolve: (outcome: RequestOutcome) => void,
  ) {
    this.request = request;
    this.confirmation = how.confirmation;
    this.token = how.token;
    this.dueAtMs = how.dueAtMs;
    this.#resolve = resolve;
    this.#lines = request.lines.map(() => "waiting");
  }

  /** Lines sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Lines that are still to be sent: none after an error, or once it is settled. */
  get linesLeft(): number {
    const isCutShort = this.settled || this.#reason !== undefined;
    return isCutShort ? 0 : this.#lines.length - this.#sent;
  }

  get isRefused(): boolean {
    return this.#reason !== undefined;
  }

  /** The index of the first line that was sent and is not answered; -1 if there is none. */
  get oldestUnanswered(): number {
    return this.#lines.indexOf("sent");
  }

  isUnanswered(index: number): boolean {
    return this.#lines[index] === "sent";
  }

  /** Whether its PING is still to be sent; it is not needed if no line was sent. */
  get needsPing(): boolean {
    if (this.confirmation !== "ping" || this.pingPosition > 0 || this.hasPong) return false;
    return this.#sent > 0 || !this.settled;
  }

  /** Whether the server will send nothing further about its lines. */
  get isAnswered(): boolean {
    if (this.linesLeft > 0 || this.#sent === 0) return false;
    return this.hasPong || (this.confirmation !== "ping" && this.oldestUnanswered === -1);
  }

  /** Takes the next line, which is sent now. */
  nextLine():
    | { readonly line: string; readonly index: number; readonly tags?: LineTags }
    | undefined {
    const index = this.#sent;
    const line = this.#lines[index] === undefined ? undefined : this.request.lines[index];
    if (line === undefined || this.linesLeft === 0) return undefined;
    this.#lines[index] = "sent";
    this.#sent += 1;
    const { tags } = this.request;
    return { line, index, ...(index === 0 && tags !== undefined && { tags }) };
  }

  /** `echo`: the line, if it has come back. */
  confirm(index: number, echo?: Pick<IrcMessage, "tags">): void {
    if (!this.isUnanswered(index)) return;
    this.#lines[index] = "confirmed";
    const msgid = echo?.tags["msgid"];
    if (msgid !== undefined) this.request.onId?.(index, msgid);
  }

  /** Refused with the server's reason; of several refusals the first reason counts. */
  refuse(reason: string, index = this.oldestUnanswered): void {
    if (this.#lines[index] !== undefined) this.#lines[index] = "refused";
    this.#refusals += 1;
    this.#reason ??= reason;
  }

  stopWaiting(): void {
    this.release();
    this.cancelProbe?.();
  }

  settle(outcome: RequestOutcome): void {
    this.settled = true;
    this.release();
    if (outcome !== undefined && this.#sent > this.#refusals) this.request.onMaybeSent?.();
    this.#resolve(outcome);
  }

  /** What happened on the network outweighs an error, which then was about something else. */
  outcome(otherwise: RequestOutcome): RequestOutcome {
    if (this.becameMet) return undefined;
    return this.#reason === undefined ? otherwise : this.#refusal(this.#reason);
  }

  /** `refused after line 3 of 7: 404 …`; the reason alone if no line went through. */
  #refusal(reason: string): string {
    const count = this.#lines.length;
    const confirmed = this.#linesBeforeRefusal();
    if (confirmed === undefined) return `refused somewhere in ${count} lines: ${reason}`;
    return confirmed > 0 ? `refused after line ${confirmed} of ${count}: ${reason}` : reason;
  }

  /** Lines that went through before the refused one; undefined if that is not known. */
  #linesBeforeRefusal(): number | undefined {
    if (this.#lines.length === 1) return 0;
    if (this.confirmation === "ping") {
      // An error does not name its line; once all errors have come, they count as the last lines'.
      return this.hasPong ? this.#sent - this.#refusals : undefined;
    }
    const first = this.#lines.indexOf("refused");
    const isKnown = this.#lines.slice(0, first).every((line) => line === "confirmed");
    return isKnown ? first : undefined;
  }

  get lateReason(): string {
    const count = this.#lines.length;
    if (this.#sent === 0) {
      return "not sent: its turn under the network's flood limit came too late";
    }
    if (this.#sent < count) return `only ${this.#sent} of ${count} lines were sent in time`;
    return this.isAnswered ? "the network did not do it" : "the network did not confirm it in time";
  }
}
