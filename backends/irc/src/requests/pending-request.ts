/** A request that waits for what the network makes of it, line by line. */
import type { IrcRequest, RequestOutcome } from "./irc-request.ts";

/** By what the server answers: a label on each line, an echo of each, or a PING behind the last. */
export type Signal = "label" | "echo" | "ping";

/** What became of one line. */
type LineState = "waiting" | "written" | "taken" | "refused";

export class PendingRequest {
  readonly request: IrcRequest;
  readonly signal: Signal;
  /** Of its PING. */
  readonly token: string;
  /** By the clock, when its answer is due. */
  readonly dueAtMs: number;
  /** Whether what it asks for was so before its first line left. */
  heldBefore = false;
  /** What it asks for came about after its first line had left. */
  echoed = false;
  settled = false;
  /** The place of its last line, and of its PING, among all that were written; 0 before. */
  lastWritten = 0;
  pinged = 0;
  ponged = false;
  /** Labels of its lines that the server has not answered. */
  readonly labels = new Set<string>();
  /** Stops waiting for its time to be up, and for nobody to want it any more. */
  release: () => void = () => undefined;
  /** Stops waiting for the moment at which a PING has to ask. */
  stopAsking: (() => void) | undefined;
  readonly #resolve: (verdict: RequestOutcome) => void;
  readonly #lines: LineState[];
  #written = 0;
  #refusals = 0;
  #reason: string | undefined;

  constructor(
    request: IrcRequest,
    how: { readonly signal: Signal; readonly token: string; readonly dueAtMs: number },
    resolve: (verdict: RequestOutcome) => void,
  ) {
    this.request = request;
    this.signal = how.signal;
    this.token = how.token;
    this.dueAtMs = how.dueAtMs;
    this.#resolve = resolve;
    this.#lines = request.lines.map(() => "waiting");
  }

  /** Lines written so far. */
  get written(): number {
    return this.#written;
  }

  /** Lines that are still to be written: after an error, or once it is settled, none. */
  get linesLeft(): number {
    return this.isCutShort ? 0 : this.#lines.length - this.#written;
  }

  get isCutShort(): boolean {
    return this.settled || this.#reason !== undefined;
  }

  get isRefused(): boolean {
    return this.#reason !== undefined;
  }

  /** The index of a line that was written and is not answered. */
  get oldestUnanswered(): number {
    return this.#lines.indexOf("written");
  }

  isUnanswered(index: number): boolean {
    return this.#lines[index] === "written";
  }

  /** Whether its PING is still to be written; after nothing there is nothing to ask. */
  get needsPing(): boolean {
    if (this.signal !== "ping" || this.pinged > 0 || this.ponged) return false;
    return this.#written > 0 || !this.settled;
  }

  /** Whether the server has said all that it will say of the lines. */
  get isAnswered(): boolean {
    if (this.linesLeft > 0 || this.#written === 0) return false;
    return this.ponged || (this.signal !== "ping" && this.oldestUnanswered === -1);
  }

  /** Takes the next line to write it. */
  nextLine(): { readonly line: string; readonly index: number } | undefined {
    const index = this.#written;
    const line = this.#lines[index] === undefined ? undefined : this.request.lines[index];
    if (line === undefined || this.linesLeft === 0) return undefined;
    this.#lines[index] = "written";
    this.#written += 1;
    return { line, index };
  }

  take(index: number): void {
    if (this.isUnanswered(index)) this.#lines[index] = "taken";
  }

  /** Refused with the server's words; of several refusals the first one is told. */
  refuse(reason: string, index = this.oldestUnanswered): void {
    if (this.#lines[index] !== undefined) this.#lines[index] = "refused";
    this.#refusals += 1;
    this.#reason ??= reason;
  }

  stopWaiting(): void {
    this.release();
    this.stopAsking?.();
  }

  settle(verdict: RequestOutcome): void {
    this.settled = true;
    this.release();
    this.#resolve(verdict);
  }

  /** An echo outweighs an error, which then was not about this. */
  verdict(otherwise: RequestOutcome): RequestOutcome {
    if (this.echoed) return undefined;
    return this.#reason === undefined ? otherwise : this.#refusal(this.#reason);
  }

  /** `refused after line 3 of 7: 404 …`; the reason alone if nothing of it was said. */
  #refusal(reason: string): string {
    const count = this.#lines.length;
    const said = this.#saidBeforeRefusal();
    if (said === undefined) return `refused somewhere in ${count} lines: ${reason}`;
    return said > 0 ? `refused after line ${said} of ${count}: ${reason}` : reason;
  }

  /** Lines that were said before the refused one; undefined if that is not known. */
  #saidBeforeRefusal(): number | undefined {
    if (this.#lines.length === 1) return 0;
    if (this.signal === "ping") {
      // Which line an error is about is not told; when all have come, it was the last ones.
      return this.ponged ? this.#written - this.#refusals : undefined;
    }
    const first = this.#lines.indexOf("refused");
    const isKnown = this.#lines.slice(0, first).every((line) => line === "taken");
    return isKnown ? first : undefined;
  }

  get lateReason(): string {
    const count = this.#lines.length;
    if (this.#written === 0) {
      return "not sent: its turn under the network's flood limit came too late";
    }
    if (this.#written < count) return `only ${this.#written} of ${count} lines were sent in time`;
    return this.isAnswered ? "the network did not do it" : "the network did not confirm it in time";
  }
}
