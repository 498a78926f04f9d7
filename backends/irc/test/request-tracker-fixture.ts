/** A RequestTracker on a test clock, with the server's lines given by hand. */
import assert from "node:assert/strict";
import { withTags } from "../src/message/format-line.ts";
import { parseMessage } from "../src/message/irc-message.ts";
import { FloodQueue, type LineOptions } from "../src/requests/flood-queue.ts";
import type { IrcRequest, RequestOutcome } from "../src/requests/irc-request.ts";
import { RequestTracker } from "../src/requests/request-tracker.ts";
import { IrcState } from "../src/state/irc-state.ts";
import { ManualClock } from "./manual-clock.ts";

export const LIMITS = {
  burstLines: 6,
  lineIntervalMs: 1_000,
  answerWithinMs: 10_000,
  sendBudgetMs: 8_000,
  maxWaitingRequests: 4,
  pingTimeoutMs: 60_000,
};

/** What is written: a line's label stands before it, as `[label] line`. */
export function setUp(...caps: readonly string[]) {
  const clock = new ManualClock();
  const written: string[] = [];
  const state = new IrcState("bird");
  const write = (line: string, { label, tags = {} }: LineOptions = {}) =>
    written.push(label === undefined ? withTags(line, tags) : `[${label}] ${withTags(line, tags)}`);
  const queue = new FloodQueue(write, LIMITS, clock);
  const on = new Set(caps);
  state.caps = on;
  const tracker = new RequestTracker(state, queue, LIMITS, clock);
  const submit = (id: string, request: Partial<IrcRequest> = {}) => {
    const result: { outcome: RequestOutcome | "waiting" } = { outcome: "waiting" };
    const whole: IrcRequest = {
      id,
      target: "#a",
      lines: ["PRIVMSG #a :hi"],
      success: { kind: "sent" },
      arrivedAtMs: clock.now(),
      ...request,
    };
    void tracker.submit(whole).then((outcome) => {
      assert.equal(result.outcome, "waiting", "answered twice");
      result.outcome = outcome;
    });
    return result;
  };
  const receive = (...lines: string[]) => {
    for (const line of lines) {
      const message = parseMessage(line);
      state.receive(message);
      tracker.receive(message);
    }
    return settled();
  };
  return { clock, written, state, queue, tracker, caps: on, submit, receive };
}

/** Promises that are resolved have called back after this. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export const me = ":bird!~b@host";
