/**
 * Writes the streams' Event from the bytes of a backend's ChatEvent, without decoding. What becomes
 * of each field is in `event-table.ts`. The result is byte for byte that of decoding, `ingest.ts`
 * and encoding, which handle all that is unusual or refused; a test compares the two.
 */
import { Buffer } from "node:buffer";
import type { ChatEventKind } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Channels } from "../registries/channels.ts";
import type { EncodedEvent } from "./encode-event.ts";
import { EVENT_KINDS, type EventKind, TAGS_IN_CHAT_EVENT, TAGS_IN_EVENT } from "./event-table.ts";
import { LEAST_BYTES_PER_FIELD } from "./field-count.ts";
import { ABSENT } from "./field-reader.ts";
import { FieldTranscoder } from "./field-transcoder.ts";
import { TagTranscoder } from "./tag-transcoder.ts";

/** Longer events are rare, and most of their time goes into native code anyhow. */
const MAX_BYTES = 65_536;

export interface TranscodedEvent {
  readonly kind: ChatEventKind;
  readonly encoded: EncodedEvent;
}

export interface TranscodeContext {
  /** Prefix of the backend's absolute ids: `irc://seabird/`. */
  readonly idPrefix: string;
  readonly backend: { readonly channels: Pick<Channels, "hasPrivate" | "isPrivate"> };
  readonly options: Pick<
    ResolvedBrokerOptions,
    "maxEventFields" | "maxMessageBytes" | "maxIdBytes"
  >;
}

/**
 * Transcodes one ChatEvent after the Hello; `undefined`: it has to be decoded. The message is valid
 * until the next event is transcoded: the log copies it at once.
 */
export function transcodeEvent(
  bytes: Uint8Array,
  context: TranscodeContext,
): TranscodedEvent | undefined {
  const { maxEventFields, maxMessageBytes } = context.options;
  if (bytes.length > Math.min(MAX_BYTES, maxEventFields * LEAST_BYTES_PER_FIELD)) return undefined;
  const kind = transcoder.run(bytes, context);
  if (kind === undefined || transcoder.output.length > maxMessageBytes) return undefined;
  const isPrivate = kind.isPrivate || transcoder.isInPrivate(context.backend.channels);
  const message = transcoder.output.view();
  const { hasFiles } = transcoder;
  return { kind: kind.kind, encoded: { kind: kind.kind, message, isPrivate, hasFiles } };
}

class EventTranscoder {
  readonly #fields = new FieldTranscoder();
  readonly #tags = new TagTranscoder(this.#fields.input, this.#fields.output);
  readonly output = this.#fields.output;
  /** Where the inner event begins and ends. */
  #from = 0;
  #to = 0;

  run(bytes: Uint8Array, { idPrefix, options }: TranscodeContext): EventKind | undefined {
    const fields = this.#fields;
    fields.begin(bytes, idPrefix, options.maxIdBytes);
    this.#tags.begin();
    const kind = this.#find(bytes.length);
    if (kind === undefined) return undefined;
    const { published } = kind;
    if (!fields.input.scan(published.fields, this.#from, this.#to)) return undefined;
    const areTagsLast = TAGS_IN_EVENT.number > published.number;
    if (areTagsLast) this.#writeTags(kind);
    const end = this.output.at;
    fields.write(published.fields, 0);
    this.output.head(published, end - this.output.at);
    if (!areTagsLast) this.#writeTags(kind);
    return fields.isUnusual || this.output.isFull ? undefined : kind;
  }

  get hasFiles(): boolean {
    return this.#fields.hasFiles;
  }

  /** Whether the event is of a private channel, or of the conversation with a user. */
  isInPrivate(channels: TranscodeContext["backend"]["channels"]): boolean {
    const { isWithUser, channelFrom, channelTo, input } = this.#fields;
    if (isWithUser || !channels.hasPrivate || channelFrom === ABSENT) return isWithUser;
    return channels.isPrivate(Buffer.from(input.bytes.subarray(channelFrom, channelTo)).toString());
  }

  /** Finds the inner event and the tags; `undefined` if there is anything else. */
  #find(length: number): EventKind | undefined {
    const { input } = this.#fields;
    let kind: EventKind | undefined;
    for (let at = 0; at < length; ) {
      const tagEnd = input.enter(TAGS_IN_CHAT_EVENT, at, length);
      if (tagEnd !== ABSENT) {
        if (!this.#tags.keep(input.entered, tagEnd)) return undefined;
        at = tagEnd;
        continue;
      }
      if (kind !== undefined) return undefined;
      kind = EVENT_KINDS.get(input.numberAt(at));
      if (kind === undefined) return undefined;
      at = input.enter(kind.received, at, length);
      if (at === ABSENT) return undefined;
      this.#from = input.entered;
      this.#to = at;
    }
    return kind;
  }

  #writeTags({ isNormalised, published }: EventKind): void {
    const format = this.#fields.hasBlock(published.fields) ? "blocks" : "text";
    if (!this.#tags.write(isNormalised ? format : undefined)) this.#fields.isUnusual = true;
  }
}

const transcoder = new EventTranscoder();
