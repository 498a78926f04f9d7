/** A request to the network, when it counts as successful, and its outcome. Pure. */
import type { LineTags } from "../message/format-line.ts";

export interface IrcRequest {
  readonly id: string;
  /** The channel or user that it concerns: an error that names it belongs to the request. */
  readonly target: string;
  readonly lines: readonly string[];
  /** Tags of the first line. */
  readonly tags?: LineTags | undefined;
  readonly success: SuccessCondition;
  /** Called with the server's id of each line that comes back, before the outcome. */
  readonly onId?: ((index: number, msgid: string) => void) | undefined;
  /** Called before a failure of which lines have been sent all the same, or may have been. */
  readonly onMaybeSent?: (() => void) | undefined;
  /** When it arrived, in milliseconds of the connection's clock. */
  readonly arrivedAtMs: number;
  /** Aborted when the answer is not needed any more: lines that still wait are not sent. */
  readonly signal?: AbortSignal;
}

/** A request whose lines are not made yet. */
export interface RequestDemand
  extends Pick<IrcRequest, "target" | "success" | "arrivedAtMs" | "signal"> {
  /** At least. */
  readonly lineCount: number;
}

/** undefined: success. Otherwise the reason for the failure. */
export type RequestOutcome = string | undefined;

export type SuccessCondition =
  | { readonly kind: "sent" }
  /** Like "sent", for what does not come back, or need not. */
  | { readonly kind: "accepted" }
  | { readonly kind: "joined"; readonly channel: string }
  | { readonly kind: "left"; readonly channel: string }
  | { readonly kind: "topic"; readonly channel: string; readonly topic: string };

export interface ChannelTopics {
  /** The topic of a channel; undefined if the bot is not in it. */
  topicOf(channel: string): string | undefined;
}

/** Whether nothing that the bot could look at later shows the success. */
export function isWithoutTrace(
  condition: SuccessCondition,
): condition is Extract<SuccessCondition, { kind: "sent" | "accepted" }> {
  return condition.kind === "sent" || condition.kind === "accepted";
}

/** Whether the condition is met now; one without a trace always is. */
export function isMet(condition: SuccessCondition, state: ChannelTopics): boolean {
  if (isWithoutTrace(condition)) return true;
  const topic = state.topicOf(condition.channel);
  if (condition.kind === "joined") return topic !== undefined;
  return condition.kind === "left" ? topic === undefined : topic === condition.topic;
}
