/** What an edit of one of the bot's messages has to keep. Bounded. */
import { BoundedMap } from "@seabird-chat/sdk/backend";
import { type JsonObject, listIn, objectIn, textIn } from "../json-value.ts";
import { idIn, mediaIdIn } from "../matrix-ids.ts";
import type { MentionsContent } from "../outbound/mentions.ts";
import { type Profile, toProfile } from "../outbound/persona.ts";

export interface SentMessage {
  readonly msgtype: (typeof MSGTYPES)[number];
  readonly profile: Profile | undefined;
  /** Whom it has notified. */
  readonly mentions: MentionsContent;
}

/** Messages that are remembered; the server is asked for older ones. */
const MAX_MESSAGES = 1_000;

export class SentMessages {
  readonly #messages = new BoundedMap<string, SentMessage>(MAX_MESSAGES);

  get(roomId: string, eventId: string): SentMessage | undefined {
    return this.#messages.get(keyOf(roomId, eventId));
  }

  set(roomId: string, eventId: string, message: SentMessage): void {
    this.#messages.set(keyOf(roomId, eventId), message);
  }
}

/** Neither id has spaces. */
function keyOf(roomId: string, eventId: string): string {
  return `${roomId} ${eventId}`;
}

/** People that are remembered as notified, of one message. */
const MAX_USERS = 100;

/** Of the content of an event. */
export function toSentMessage(content: JsonObject): SentMessage {
  const {
    id,
    displayname,
    avatar_url: avatar,
  } = objectIn(content["com.beeper.per_message_profile"]);
  const persona = { id: textIn(id) ?? "", displayName: textIn(displayname) ?? "" };
  const { user_ids: users, room } = objectIn(content["m.mentions"]);
  return {
    msgtype: MSGTYPES.find((each) => each === content["msgtype"]) ?? "m.text",
    profile: persona.id === "" ? undefined : toProfile(persona, mediaIdIn(avatar) ?? ""),
    mentions: {
      user_ids: listIn(users)
        .slice(0, MAX_USERS)
        .flatMap((each) => idIn(each, "@") ?? []),
      ...(room === true && { room }),
    },
  };
}

/** Those that an edit keeps; a file's follows from the file. */
const MSGTYPES = ["m.text", "m.emote", "m.notice"] as const;
