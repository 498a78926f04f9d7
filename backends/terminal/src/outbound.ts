/** What core asks for, as what is shown and answered: ours → theirs, as data. Pure. */
import type { Block } from "@seabird/protocol";

/** How the answer reads in the room. */
export type Shown =
  | { readonly kind: "message" | "action"; readonly channel: string; readonly said: Said }
  | { readonly kind: "privateMessage" | "privateAction"; readonly said: Said }
  | { readonly kind: "refused"; readonly reason: string };

export interface Said {
  readonly text: string;
  readonly rootBlock?: Block | undefined;
}

export interface Place {
  readonly user: string;
  hasRoom(name: string): boolean;
}

/** A send to a channel. */
export function channelSend(
  kind: "message" | "action",
  request: Said & { readonly channelId: string },
  place: Place,
): Shown {
  const { channelId, text, rootBlock } = request;
  if (!place.hasRoom(channelId)) return noRoom(channelId);
  return { kind, channel: channelId, said: { text, rootBlock } };
}

/** A send to a person: there is one. */
export function userSend(
  kind: "privateMessage" | "privateAction",
  request: Said & { readonly userId: string },
  place: Place,
): Shown {
  const { userId, text, rootBlock } = request;
  if (userId === place.user) return { kind, said: { text, rootBlock } };
  return { kind: "refused", reason: `nobody here is called ${JSON.stringify(userId)}` };
}

export function noRoom(name: string): Extract<Shown, { kind: "refused" }> {
  return { kind: "refused", reason: `there is no room ${JSON.stringify(name)}` };
}
