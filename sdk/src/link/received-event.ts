/**
 * Events as core sends them, read from their bytes. Ids, names and texts are decoded at once, for
 * almost every event needs them; tags, blocks and the protocol's own message when they are read.
 *
 * The fields come from the protocol's descriptors. What is not written as encoders write it, such as
 * a block twice, goes through the library's decoder, with the same result.
 */
import { Buffer } from "node:buffer";
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  type Event,
  EventSchema,
  type Tags,
} from "@seabird-chat/protocol";
import { errorMessage } from "@seabird-chat/runtime";
import { SeabirdError } from "./errors.ts";
import { WireReader } from "./wire-reader.ts";

export type ReceivedKind = NonNullable<Event["inner"]["case"]> | "unknown";

/** The texts of all kinds; those that an event's kind does not have are empty. */
interface Texts {
  text: string;
  command: string;
  arg: string;
  sender: string;
  channelId: string;
  userId: string;
  displayName: string;
}

/** What a field holds: a text, the block, or a message whose fields count as the event's. */
type Role = keyof Texts | "rootBlock" | Roles;
type Roles = ReadonlyMap<number, Role>;

interface Kind {
  readonly name: ReceivedKind;
  readonly roles: Roles;
}

/** By the field's number in seabird.Event. */
const KINDS = new Map<number, Kind>(
  EventSchema.fields.flatMap(({ number, localName, oneof, message }) => {
    if (oneof === undefined || message === undefined) return [];
    return [[number, { name: localName as ReceivedKind, roles: rolesOf(message) }]];
  }),
);
const TAGS_FIELD = EventSchema.field.tags.number;

function rolesOf({ typeName, fields }: DescMessage): Roles {
  const roles = new Map<number, Role>();
  for (const { number, localName, message } of fields) {
    switch (localName) {
      case "source":
      case "user":
        if (message !== undefined) roles.set(number, rolesOf(message));
        break;
      case "id":
        if (typeName === "common.User") roles.set(number, "userId");
        break;
      case "text":
      case "command":
      case "arg":
      case "sender":
      case "channelId":
      case "userId":
      case "displayName":
      case "rootBlock":
        roles.set(number, localName);
        break;
      default:
    }
  }
  return roles;
}

const ABSENT = -1;

/**
 * Ids are as core sent them. Its bytes are a copy: whoever keeps an event keeps no chunk of the
 * connection, but the pool of Buffer, 8 KiB, that the copy is in.
 */
export class ReceivedEvent implements Readonly<Texts> {
  /** `unknown`: a kind of a later version of the protocol; see `raw`. */
  kind: ReceivedKind = "unknown";
  text = "";
  command = "";
  arg = "";
  sender = "";
  channelId = "";
  userId = "";
  displayName = "";
  readonly #bytes: Buffer;
  #tagsAt = ABSENT;
  #blockAt = ABSENT;
  #blockEnd = ABSENT;
  #tags: Tags | undefined;
  #rootBlock: Block | undefined;
  #raw: Event | undefined;

  /** Throws a SeabirdError `internal` for bytes that are no event. */
  constructor(bytes: Uint8Array) {
    this.#bytes = copyOf(bytes);
    if (!this.#read()) this.#take(this.raw);
  }

  get tags(): Tags {
    this.#tags ??= this.#readTags() ?? this.raw.tags;
    return this.#tags;
  }

  /** Throws a SeabirdError `internal` for a block that cannot be decoded. */
  get rootBlock(): Block | undefined {
    if (this.#blockAt !== ABSENT) {
      const bytes = this.#bytes.subarray(this.#blockAt, this.#blockEnd);
      this.#rootBlock ??= decode("the blocks of an event", BlockSchema, bytes);
    }
    return this.#rootBlock;
  }

  /** The message of the protocol, with fields that this version does not know. */
  get raw(): Event {
    this.#raw ??= decode("an event", EventSchema, this.#bytes);
    return this.#raw;
  }

  /** False if the library has to decode it. */
  #read(): boolean {
    const end = this.#bytes.length;
    reader.start(this.#bytes);
    let at = 0;
    for (let no = reader.next(end, FIELDS); no !== 0; no = reader.next(end, FIELDS)) {
      const fieldEnd = reader.enter(end);
      const kind = KINDS.get(no);
      if (kind !== undefined) {
        // The last kind counts, without the fields of the others.
        if (this.kind !== "unknown" && this.kind !== kind.name) return false;
        this.kind = kind.name;
        this.#readBody(kind.roles, fieldEnd);
      } else if (no === TAGS_FIELD && this.#tagsAt === ABSENT) this.#tagsAt = at;
      reader.at = fieldEnd;
      at = fieldEnd;
    }
    return !reader.isOdd;
  }

  #readBody(roles: Roles, end: number): void {
    for (let no = reader.next(end, roles); no !== 0; no = reader.next(end, roles)) {
      const fieldEnd = reader.enter(end);
      const role = roles.get(no);
      if (role === "rootBlock") {
        // Two blocks are one, merged.
        if (this.#blockAt !== ABSENT) reader.isOdd = true;
        this.#blockAt = reader.at;
        this.#blockEnd = fieldEnd;
      } else if (typeof role === "string") this[role] = reader.text(fieldEnd);
      else if (role !== undefined) this.#readBody(role, fieldEnd);
      reader.at = fieldEnd;
    }
  }

  /** Undefined if the library has to decode them. */
  #readTags(): Tags | undefined {
    const tags: Tags = {};
    if (this.#tagsAt === ABSENT) return tags;
    const end = this.#bytes.length;
    reader.start(this.#bytes, this.#tagsAt);
    for (let no = reader.next(end, FIELDS); no !== 0; no = reader.next(end, FIELDS)) {
      const entryEnd = reader.enter(end);
      if (no === TAGS_FIELD) readTag(tags, entryEnd);
      reader.at = entryEnd;
    }
    return reader.isOdd ? undefined : tags;
  }

  #take(event: Event): void {
    this.#tags = event.tags;
    this.#blockAt = ABSENT;
    this.kind = event.inner.case ?? "unknown";
    const { source, rootBlock, ...texts } = bodyOf(event);
    const user = source?.user ?? source;
    this.text = texts.text ?? "";
    this.command = texts.command ?? "";
    this.arg = texts.arg ?? "";
    this.sender = texts.sender ?? "";
    this.channelId = texts.channelId ?? source?.channelId ?? "";
    this.userId = texts.userId ?? user?.id ?? "";
    this.displayName = user?.displayName ?? "";
    this.#rootBlock = rootBlock;
  }
}

interface LooseSource {
  readonly id?: string;
  readonly displayName?: string;
  readonly channelId?: string;
  readonly user?: LooseSource | undefined;
}

/** The body of any kind. */
interface LooseBody extends Partial<Omit<Texts, "displayName">> {
  readonly source?: LooseSource | undefined;
  readonly rootBlock?: Block | undefined;
}

function bodyOf({ inner }: Event): LooseBody {
  return (inner.value ?? {}) as LooseBody;
}

const FIELDS = new Map<number, unknown>([...KINDS, [TAGS_FIELD, "tags"]]);
const KEY_AND_VALUE = new Set([1, 2]);
const reader = new WireReader();

function readTag(tags: Tags, end: number): void {
  let [key, value] = ["", ""];
  for (let no = reader.next(end, KEY_AND_VALUE); no !== 0; no = reader.next(end, KEY_AND_VALUE)) {
    const fieldEnd = reader.enter(end);
    if (no === 1) key = reader.text(fieldEnd);
    else if (no === 2) value = reader.text(fieldEnd);
    else reader.isOdd = true;
    reader.at = fieldEnd;
  }
  // It would be the object's prototype.
  if (key === "__proto__") reader.isOdd = true;
  tags[key] = value;
}

function decode<Desc extends DescMessage>(
  what: string,
  schema: Desc,
  bytes: Uint8Array,
): MessageShape<Desc> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    const wrong = `${what} cannot be decoded: ${errorMessage(cause)}`;
    throw new SeabirdError("internal", wrong, { cause });
  }
}

/** A chunk of the connection holds hundreds of events. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length);
  copy.set(bytes);
  return copy;
}
