/** What has to be so for a request to have succeeded. Pure. */
import type { IrcState } from "../presence/irc-state.ts";

export type SuccessCondition =
  | { readonly kind: "said" }
  | { readonly kind: "joined"; readonly channel: string }
  | { readonly kind: "left"; readonly channel: string }
  | { readonly kind: "topic"; readonly channel: string; readonly topic: string };

/** Whether it is so at the moment. That something was said leaves no trace. */
export function holds(expect: SuccessCondition, state: Pick<IrcState, "topicOf">): boolean {
  switch (expect.kind) {
    case "said":
      return true;
    case "joined":
      return state.topicOf(expect.channel) !== undefined;
    case "left":
      return state.topicOf(expect.channel) === undefined;
    case "topic":
      return state.topicOf(expect.channel) === expect.topic;
  }
}
