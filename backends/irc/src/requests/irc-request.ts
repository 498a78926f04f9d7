/** A request to the network, when it counts as successful, and its outcome. Pure, imports nothing. */

export interface IrcRequest {
  readonly id: string;
  /** The channel or user that it concerns: an error that names it belongs to the request. */
  readonly target: string;
  readonly lines: readonly string[];
  readonly success: SuccessCondition;
  /** When it arrived, in milliseconds of the connection's clock. */
  readonly arrivedAtMs: number;
  /** Aborted when the answer is not needed any more: lines that still wait are not sent. */
  readonly signal?: AbortSignal;
}

/** undefined: success. Otherwise the reason for the failure. */
export type RequestOutcome = string | undefined;

export type SuccessCondition =
  | { readonly kind: "sent" }
  | { readonly kind: "joined"; readonly channel: string }
  | { readonly kind: "left"; readonly channel: string }
  | { readonly kind: "topic"; readonly channel: string; readonly topic: string };

export interface ChannelTopics {
  /** The topic of a channel; undefined if the bot is not in it. */
  topicOf(channel: string): string | undefined;
}

/** Whether the condition is met now. A sent message leaves no trace, so "sent" always is. */
export function isMet(condition: SuccessCondition, state: ChannelTopics): boolean {
  if (condition.kind === "sent") return true;
  const topic = state.topicOf(condition.channel);
  if (condition.kind === "joined") return topic !== undefined;
  return condition.kind === "left" ? topic === undefined : topic === condition.topic;
}
