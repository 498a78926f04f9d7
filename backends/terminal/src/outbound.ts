/** Requests of core: what the terminal shows, and the answer, as data. Pure. */
import type { Block, OutgoingMessage, Target } from "@seabird-chat/sdk/backend";

/** What is shown, or why it is refused. */
export type Shown =
  | { readonly kind: "message" | "action"; readonly channel: string; readonly block: Block }
  | { readonly kind: "privateMessage" | "privateAction"; readonly block: Block }
  | { readonly kind: "refused"; readonly reason: string };

export interface Present {
  readonly user: string;
  hasRoom(name: string): boolean;
}

/** A send to a room, or to a person: there is one. */
export function toShown(
  to: Target,
  { kind, block }: Pick<OutgoingMessage, "kind" | "block">,
  present: Present,
): Shown {
  if (to.kind === "channel") {
    return present.hasRoom(to.id) ? { kind, channel: to.id, block } : noRoom(to.id);
  }
  if (to.id !== present.user) {
    return { kind: "refused", reason: `nobody here is called ${JSON.stringify(to.id)}` };
  }
  return { kind: kind === "message" ? "privateMessage" : "privateAction", block };
}

export function noRoom(name: string): Extract<Shown, { kind: "refused" }> {
  return { kind: "refused", reason: `there is no room ${JSON.stringify(name)}` };
}
