/** What both sides of the room share: those who type in it, and plugins. */
import type { BackendHost, MessageReference, Target } from "@seabird-chat/sdk/backend";
import type { Display } from "./display.ts";
import type { LocalFiles } from "./local-files.ts";
import type { Messages, RememberedMessage } from "./messages.ts";
import type { People } from "./people.ts";
import type { Rooms } from "./rooms.ts";
import type { TerminalSettings } from "./settings.ts";

export interface Chat {
  readonly host: BackendHost<TerminalSettings>;
  readonly display: Display;
  readonly messages: Messages;
  readonly people: People;
  readonly rooms: Rooms;
  readonly files: LocalFiles;
}

/** A message as the one that an answer names. */
export function toReference(message: RememberedMessage): MessageReference {
  const { id: messageId, author: id, isBot, name: displayName, text } = message;
  return { messageId, author: { id, displayName, isBot }, text };
}

/** The room that is shown. */
export function currentRoom({ rooms }: Chat): Target | undefined {
  return rooms.current === undefined ? undefined : { kind: "channel", id: rooms.current };
}
