/** A room of two people, and events that happen in it, for tests of what is heard. */
import { type MatrixEvent, type RoomView, toNetworkEvents } from "../src/inbound.ts";
import type { RecentEvent } from "../src/state/recent-events.ts";

const earlier: readonly RecentEvent[] = [
  { kind: "message", id: "$ann", userId: "@ann:a.example", text: "what Ann said\nand more" },
  { kind: "message", id: "$bob", userId: "@bob:a.example", text: "b" },
  { kind: "message", id: "$in", userId: "@ann:a.example", text: "t", threadRootId: "$ann" },
  {
    ...({ kind: "reaction", id: "$up", userId: "@ann:a.example" } as const),
    ...{ messageId: "$bob", emoji: { text: "👍" } },
  },
  { kind: "other", id: "$edit", userId: "@ann:a.example" },
];

export const room: RoomView = {
  roomId: "!r:a.example",
  conversation: { kind: "channel", id: "#lobby:a.example" },
  ownUserId: "@bot:a.example",
  user: (id) => (id === "@ann:a.example" ? { id, displayName: "Ann" } : { id }),
  membership: (id) => (id === "@ann:a.example" ? "join" : undefined),
  channelOf: (name) => (name === "#lobby:a.example" ? name : undefined),
  earlier: (id) => earlier.find((event) => event.id === id),
  hasThread: (rootId) => rootId === "$bob",
};
export const inPrivate: RoomView = {
  ...room,
  conversation: { kind: "user", id: "@ann:a.example" },
};

export const time = 1_767_323_045_678;
export const sentAt = new Date(time);
export const ann = { id: "@ann:a.example", displayName: "Ann" };
export const bob = { id: "@bob:a.example" };

export function event(content: object, more: object = {}): object {
  const sender = "@ann:a.example";
  const about = { type: "m.room.message", event_id: "$1", sender, origin_server_ts: time };
  return { ...about, content, ...more };
}

export function read(content: object, more: object = {}, view = room): readonly MatrixEvent[] {
  return toNetworkEvents(event(content, more), view);
}

export const body = { msgtype: "m.text", body: "hi" };
export const message = { user: ann, text: "hi", id: "$1", sentAt, channel: "#lobby:a.example" };
