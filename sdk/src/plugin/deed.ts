/** Who said something or did something to messages, and where: what loops are recognised by. Pure. */
import { conversationOf, isReplyable, type Speaker } from "./event-fields.ts";
import type {
  MessageDeletedEvent,
  MessageEditedEvent,
  PluginEvent,
  ReactionEvent,
} from "./events.ts";

/** What is done to messages, and plugins answer, besides speech. Counted of bots and plugins only. */
type Activity = MessageEditedEvent | MessageDeletedEvent | ReactionEvent;

export function isActivity(event: PluginEvent): event is Activity {
  const { kind } = event;
  return kind === "messageEdited" || kind === "messageDeleted" || kind === "reaction";
}

/** Who said or did something, and where. */
export interface Deed {
  readonly userId: string;
  /** Empty in private. */
  readonly channelId: string;
  /** The id of the conversation. */
  readonly where: string;
  readonly isActivity: boolean;
  /** Of nobody who is known as a bot or a plugin. */
  readonly isPersons: boolean;
}

/** Undefined for what is nobody's deed. */
export function deedOf(said: PluginEvent | Speaker): Deed | undefined {
  if (!("kind" in said) || isReplyable(said)) {
    const { user } = said;
    const userId = user.id;
    const channelId = "channelId" in said ? said.channelId : "";
    const isPersons = !("isBot" in user && user.isBot);
    return { userId, channelId, where: channelId || userId, isActivity: false, isPersons };
  }
  if (!isActivity(said)) return undefined;
  const actor = said.kind === "messageDeleted" ? said.by : said.user;
  const isPersons = said.sender === "" && actor?.isBot !== true;
  // Of a plugin's, the bot's own account is mostly left out.
  const userId = actor?.id || said.sender;
  const place = conversationOf(said);
  const [channelId, where] =
    "channelId" in place ? [place.channelId, place.channelId] : ["", place.userId];
  return { userId, channelId, where, isActivity: true, isPersons };
}
