/** One room that the bot is in: what its state events say. */
import { BoundedMap } from "@seabird-chat/sdk/backend";
import { type JsonObject, numberIn, objectIn, textIn } from "../json-value.ts";
import { nameIn } from "../matrix-ids.ts";

export type Membership = "join" | "leave" | "ban" | "invite" | "knock";

export interface RoomMember {
  readonly membership: Membership;
  /** Undefined: none is set. */
  readonly displayName: string | undefined;
  /** An `mxc:` url. */
  readonly avatarUrl: string | undefined;
}

/** What somebody may do, as the power levels name it. */
export type PowerAction = "redact" | "kick" | "ban" | "invite" | "notifyRoom";

/** Of the creation of a private room by this backend: the other person. */
export const MADE_FOR = "chat.seabird.made_for";

/** Members that are remembered of a room: those who were heard of last. */
const MAX_MEMBERS = 1_000;

export class Room {
  readonly roomId: string;
  /** Undefined: none is set. */
  name: string | undefined;
  topic = "";
  canonicalAlias: string | undefined;
  isEncrypted = false;
  /** The room that replaced it. */
  replacedBy: string | undefined;
  /** A server that is in the room that replaced it. */
  replacedOn: string | undefined;
  /** The bot cannot go there, so that this room stays its channel. */
  staysBehind = false;
  readonly members = new BoundedMap<string, RoomMember>(MAX_MEMBERS);
  /** Those who are in it and those who are invited; undefined: not known. */
  memberCount: number | undefined;
  /** Some of the others, for a room without a name. */
  heroes: readonly string[] = [];
  /** Those who type at the moment. */
  typing: ReadonlySet<string> = new Set();
  #powerLevels: JsonObject | undefined;
  #create: { readonly content: JsonObject; readonly sender: string } | undefined;

  constructor(roomId: string) {
    this.roomId = roomId;
  }

  /** The person whom its maker made it for; undefined: anybody. Trust it of the bot's own rooms. */
  get madeFor(): string | undefined {
    return textIn(this.#create?.content[MADE_FOR]);
  }

  /** Undefined: not known. */
  get maker(): string | undefined {
    return this.#create?.sender;
  }

  /** As clients show it (specification: calculating the display name for a room); undefined: by nothing. */
  displayName(ownUserId: string): string | undefined {
    if (this.name !== undefined) return this.name;
    if (this.canonicalAlias !== undefined) return this.canonicalAlias;
    const others = this.heroes.filter((userId) => userId !== ownUserId).slice(0, 3);
    if (others.length === 0) return undefined;
    return others.map((id) => this.members.get(id)?.displayName ?? id).join(", ");
  }

  /** The room that it says it replaces. */
  get predecessor(): string | undefined {
    return textIn(objectIn(this.#create?.content["predecessor"])["room_id"]);
  }

  /** Default: that of people without a level of their own. */
  powerOf(userId: string): number {
    if (this.#isCreatorAbove(userId)) return Number.POSITIVE_INFINITY;
    if (this.#powerLevels === undefined) return this.#create?.sender === userId ? 100 : 0;
    const users = objectIn(this.#powerLevels["users"]);
    const own = Object.hasOwn(users, userId) ? levelIn(users[userId]) : undefined;
    return own ?? levelIn(this.#powerLevels["users_default"]) ?? 0;
  }

  /** The power that an action needs (specification, `m.room.power_levels`). */
  powerFor(action: PowerAction): number {
    const levels = this.#powerLevels ?? {};
    if (action === "notifyRoom") return levelIn(objectIn(levels["notifications"])["room"]) ?? 50;
    return levelIn(levels[action]) ?? (action === "invite" ? 0 : 50);
  }

  /** The power that sending an event of this type needs. */
  powerToSend(type: string, isState = false): number {
    const levels = this.#powerLevels;
    const events = objectIn(levels?.["events"]);
    const own = Object.hasOwn(events, type) ? levelIn(events[type]) : undefined;
    if (own !== undefined) return own;
    if (isState) return levelIn(levels?.["state_default"]) ?? (levels === undefined ? 0 : 50);
    return levelIn(levels?.["events_default"]) ?? 0;
  }

  may(userId: string, action: PowerAction): boolean {
    return this.powerOf(userId) >= this.powerFor(action);
  }

  maySend(userId: string, type: string, isState = false): boolean {
    return this.powerOf(userId) >= this.powerToSend(type, isState);
  }

  /** Takes a state event of the room; whatever is not as it should be is left out. */
  apply(event: JsonObject): void {
    const type = textIn(event["type"]) ?? "";
    const key = textIn(event["state_key"]);
    if (key === undefined) return;
    const content = objectIn(event["content"]);
    if (type === "m.room.member") this.#applyMember(key, content);
    else if (key !== "") return;
    else if (type === "m.room.name") this.name = nameIn(content["name"]);
    else if (type === "m.room.topic") this.topic = textIn(content["topic"]) ?? "";
    else if (type === "m.room.canonical_alias") {
      this.canonicalAlias = textIn(content["alias"]) || undefined;
    } else if (type === "m.room.encryption") this.isEncrypted = true;
    else if (type === "m.room.tombstone") {
      this.replacedBy = textIn(content["replacement_room"])?.slice(0, MAX_NAME) || undefined;
      const sender = textIn(event["sender"]) ?? "";
      this.replacedOn = sender.includes(":") ? sender.slice(sender.indexOf(":") + 1) : undefined;
    } else if (type === "m.room.power_levels") this.#powerLevels = content;
    else if (type === "m.room.create") {
      this.#create = { content, sender: textIn(event["sender"]) ?? "" };
    }
  }

  #applyMember(userId: string, content: JsonObject): void {
    const membership = MEMBERSHIPS.find((each) => each === content["membership"]);
    if (membership === undefined) return;
    this.members.set(userId, {
      membership,
      displayName: nameIn(content["displayname"]),
      avatarUrl: textIn(content["avatar_url"])?.slice(0, MAX_NAME) || undefined,
    });
  }

  /** In rooms of version 12 creators are above all levels (MSC4289). */
  #isCreatorAbove(userId: string): boolean {
    if (this.#create === undefined) return false;
    const { content, sender } = this.#create;
    if ((numberIn(Number(content["room_version"])) ?? 0) < 12) return false;
    const more = content["additional_creators"];
    return sender === userId || (Array.isArray(more) && more.includes(userId));
  }
}

const MEMBERSHIPS: readonly Membership[] = ["join", "leave", "ban", "invite", "knock"];
/** Characters of a name or an avatar's url. */
const MAX_NAME = 512;

/** Old rooms have levels as texts. */
function levelIn(value: unknown): number | undefined {
  if (typeof value === "string" && /^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
  return numberIn(value);
}
