/**
 * Events as core sends them, read from their bytes. Ids, names and texts are decoded at once, for
 * almost every event needs them; tags, blocks, what is known of the message and its author, and the
 * protocol's own message when they are read.
 *
 * What is not written as encoders write it, such as a block twice, goes through the library's decoder,
 * with the same result.
 */
import { Buffer } from "node:buffer";
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  type Event,
  EventSchema,
  type MessageInfo,
  MessageInfoSchema,
  type Tags,
  UserSchema,
} from "@seabird-chat/protocol";
import { errorMessage } from "@seabird-chat/runtime";
import { SeabirdError } from "./errors.ts";
import { KINDS, type ReceivedKind, type Roles, TAGS_FIELD, type Texts } from "./event-layout.ts";
import { WireReader } from "./wire-reader.ts";

/** Of the speaker, besides id and name. */
export interface SpeakerDetails {
  readonly avatarUrl: string;
  readonly isBot: boolean;
  readonly account: string;
}

const ABSENT = -1;
/** What is read was odd, so that the library has decoded it. */
const IN_RAW = -2;
const NO_DETAILS: SpeakerDetails = Object.freeze({ avatarUrl: "", isBot: false, account: "" });

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
  /** Where the first of them begins; of the others, where the length of their field does. */
  #tagsAt = ABSENT;
  #blockAt = ABSENT;
  #infoAt = ABSENT;
  #speakerAt = ABSENT;
  #tags: Tags | undefined;
  #block: Block | undefined;
  #details: SpeakerDetails | undefined;
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

  /** Of a command, its argument. Throws a SeabirdError `internal` for one that cannot be decoded. */
  get block(): Block | undefined {
    if (this.#blockAt !== ABSENT) {
      this.#block ??= decode("the blocks of an event", BlockSchema, this.#field(this.#blockAt));
    }
    return this.#block;
  }

  /** Throws a SeabirdError `internal` if it cannot be decoded. */
  get info(): MessageInfo | undefined {
    if (this.#infoAt === ABSENT) return undefined;
    if (this.#infoAt === IN_RAW) return bodyOf(this.raw).info;
    return decode("the message of an event", MessageInfoSchema, this.#field(this.#infoAt));
  }

  get details(): SpeakerDetails {
    if (this.#speakerAt === ABSENT) return NO_DETAILS;
    if (this.#speakerAt !== IN_RAW) this.#details ??= this.#readDetails();
    this.#details ??= detailsOf(bodyOf(this.raw));
    return this.#details;
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
        if (kind.roles === undefined) return false;
        this.kind = kind.name;
        this.#readBody(kind.roles, ABSENT, fieldEnd);
      } else if (no === TAGS_FIELD && this.#tagsAt === ABSENT) this.#tagsAt = at;
      reader.at = fieldEnd;
      at = fieldEnd;
    }
    return !reader.isOdd;
  }

  /** `lengthAt`: where the length of the message is. */
  #readBody(roles: Roles, lengthAt: number, end: number): void {
    for (let no = reader.next(end, roles); no !== 0; no = reader.next(end, roles)) {
      const role = roles.get(no);
      if (role === "flag") {
        reader.flag(end);
        this.#noteDetail(lengthAt);
        continue;
      }
      const fieldAt = reader.at;
      const fieldEnd = reader.enter(end);
      switch (role) {
        case undefined:
          break;
        case "block":
          // Two of them are one, merged.
          if (this.#blockAt !== ABSENT) reader.isOdd = true;
          this.#blockAt = fieldAt;
          break;
        case "info":
          if (this.#infoAt !== ABSENT) reader.isOdd = true;
          this.#infoAt = fieldAt;
          break;
        case "detail":
          this.#noteDetail(lengthAt);
          break;
        default:
          if (typeof role === "string") this[role] = reader.text(fieldEnd);
          else this.#readBody(role, fieldAt, fieldEnd);
      }
      reader.at = fieldEnd;
    }
  }

  /** The speaker there has more than id and name. */
  #noteDetail(speakerAt: number): void {
    if (this.#speakerAt !== ABSENT && this.#speakerAt !== speakerAt) reader.isOdd = true;
    this.#speakerAt = speakerAt;
  }

  /** The content of a field that has been read once. */
  #field(at: number): Uint8Array {
    reader.start(this.#bytes, at);
    const end = reader.enter(this.#bytes.length);
    return this.#bytes.subarray(reader.at, end);
  }

  /** Undefined if the library has to decode them. */
  #readDetails(): SpeakerDetails | undefined {
    const details = { avatarUrl: "", isBot: false, account: "" };
    reader.start(this.#bytes, this.#speakerAt);
    const end = reader.enter(this.#bytes.length);
    for (let no = reader.next(end, DETAILS); no !== 0; no = reader.next(end, DETAILS)) {
      if (no === isBot.number) {
        details.isBot = reader.flag(end);
        continue;
      }
      const fieldEnd = reader.enter(end);
      if (no === avatarUrl.number) details.avatarUrl = reader.text(fieldEnd);
      else if (no === account.number) details.account = reader.text(fieldEnd);
      reader.at = fieldEnd;
    }
    return reader.isOdd ? undefined : details;
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
    this.#infoAt = IN_RAW;
    this.#speakerAt = IN_RAW;
    this.kind = event.inner.case ?? "unknown";
    const { source, rootBlock, argBlock, ...texts } = bodyOf(event);
    const user = source?.user ?? source;
    this.text = texts.text ?? "";
    this.command = texts.command ?? "";
    this.arg = texts.arg ?? "";
    this.sender = texts.sender ?? "";
    this.channelId = texts.channelId ?? source?.channelId ?? "";
    this.userId = texts.userId ?? user?.id ?? "";
    this.displayName = user?.displayName ?? "";
    this.#block = rootBlock ?? argBlock;
  }
}

interface LooseSource extends Partial<SpeakerDetails> {
  readonly id?: string;
  readonly displayName?: string;
  readonly channelId?: string;
  readonly user?: LooseSource | undefined;
}

/** The body of any kind. */
interface LooseBody extends Partial<Omit<Texts, "displayName">> {
  readonly source?: LooseSource | undefined;
  readonly rootBlock?: Block | undefined;
  readonly argBlock?: Block | undefined;
  readonly info?: MessageInfo | undefined;
}

function bodyOf({ inner }: Event): LooseBody {
  return (inner.value ?? {}) as LooseBody;
}

function detailsOf({ source }: LooseBody): SpeakerDetails {
  const { avatarUrl = "", isBot = false, account = "" } = source?.user ?? source ?? {};
  return { avatarUrl, isBot, account };
}

const FIELDS = new Map<number, unknown>([...KINDS, [TAGS_FIELD, "tags"]]);
const KEY_AND_VALUE = new Set([1, 2]);
const { avatarUrl, isBot, account } = UserSchema.field;
const DETAILS = new Set([avatarUrl.number, isBot.number, account.number]);
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
