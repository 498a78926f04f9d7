/**
 * What the fields of the original kinds of events hold, from the protocol's descriptors. Kinds of the
 * messages extension are rare, and left to the library.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { type Event, EventSchema, UserSchema } from "@seabird-chat/protocol";

export type ReceivedKind = NonNullable<Event["inner"]["case"]> | "unknown";

/** The texts of all kinds; those that an event's kind does not have are empty. */
export interface Texts {
  text: string;
  command: string;
  arg: string;
  sender: string;
  channelId: string;
  userId: string;
  displayName: string;
}

/** What a field holds: a text, what is decoded later, or a message whose fields count as the event's. */
export type Role = keyof Texts | "block" | "info" | "detail" | "flag" | Roles;
export type Roles = ReadonlyMap<number, Role>;

interface KindLayout {
  readonly name: ReceivedKind;
  /** Undefined: left to the library. */
  readonly roles: Roles | undefined;
}

/** The first number of extensions (docs/protocol.md). */
const EXTENSIONS_FROM = 1_000;

/** By the field's number in seabird.Event. */
export const KINDS = new Map<number, KindLayout>(
  EventSchema.fields.flatMap(({ number, localName, oneof, message }) => {
    if (oneof === undefined || message === undefined) return [];
    const roles = number < EXTENSIONS_FROM ? rolesOf(message) : undefined;
    return [[number, { name: localName as ReceivedKind, roles }]];
  }),
);
export const TAGS_FIELD = EventSchema.field.tags.number;

function rolesOf({ typeName, fields }: DescMessage): Roles {
  const roles = new Map<number, Role>();
  for (const { number, localName, message } of fields) {
    switch (localName) {
      case "source":
      case "user":
        if (message !== undefined) roles.set(number, rolesOf(message));
        break;
      case "id":
        if (typeName === UserSchema.typeName) roles.set(number, "userId");
        break;
      case "text":
      case "command":
      case "arg":
      case "sender":
      case "channelId":
      case "userId":
      case "displayName":
      case "info":
        roles.set(number, localName);
        break;
      case "rootBlock":
      case "argBlock":
        roles.set(number, "block");
        break;
      case "avatarUrl":
      case "account":
        roles.set(number, "detail");
        break;
      case "isBot":
        roles.set(number, "flag");
        break;
      default:
    }
  }
  return roles;
}
