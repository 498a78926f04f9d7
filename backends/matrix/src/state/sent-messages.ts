/** What an edit of one of the bot's messages has to keep. Bounded. */
import { type JsonObject, listIn, objectIn, textIn } from "../json-value.ts";
import type { MentionsContent } from "../outbound/mentions.ts";
import type { Profile } from "../outbound/persona.ts";
import { setBounded } from "./recent-events.ts";

export interface SentMessage {
  /** Such as `m.text` or `m.emote`. */
  readonly msgtype: string;
  readonly profile: Profile | undefined;
  /** Whom it has notified. */
  readonly mentions: MentionsContent;
}

/** Messages that are remembered; the server is asked for older ones. */
const MAX_MESSAGES = 1_000;

export class SentMessages {
  readonly #messages = new Map<string, SentMessage>();

  get(roomId: string, eventId: string): SentMessage | undefined {
    return this.#messages.get(keyOf(roomId, eventId));
  }

  set(roomId: string, eventId: string, message: SentMessage): void {
    const key = keyOf(roomId, eventId);
    this.#messages.delete(key);
    setBounded(this.#messages, key, message, MAX_MESSAGES);
  }
}

/** Neither id has spaces. */
function keyOf(roomId: string, eventId: string): string {
  return `${roomId} ${eventId}`;
}

/** Of the content of an event. */
export function toSentMessage(content: JsonObject): SentMessage {
  const profile = objectIn(content["com.beeper.per_message_profile"]);
  const id = textIn(profile["id"]);
  const { user_ids: users, room } = objectIn(content["m.mentions"]);
  return {
    msgtype: textIn(content["msgtype"]) ?? "m.text",
    profile:
      id === undefined
        ? undefined
        : {
            id,
            displayName: textIn(profile["displayname"]) ?? "",
            avatarUri: textIn(profile["avatar_url"]) ?? "",
          },
    mentions: {
      user_ids: listIn(users).filter((each) => typeof each === "string"),
      ...(room === true && { room }),
    },
  };
}
