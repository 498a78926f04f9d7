/**
 * The fast path for the most frequent events: an ASCII line without blocks, tags and id. It is
 * transcoded from the backend's ChatEvent to the streams' Event without decoding. The result is
 * byte for byte that of decoding, `ingest.ts` and encoding, which handle all other events; a test
 * compares the two.
 */
import { ORIGINAL_FORMAT_TAG } from "@seabird-chat/protocol";
import type { ChatEventKind } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { EncodedEvent } from "./encode-event.ts";
import { LEAST_BYTES_PER_FIELD } from "./field-count.ts";
import { WireWriter } from "./wire-writer.ts";

/** Longer lines are faster to decode than to read byte by byte. */
const MAX_BYTES = 1_024;
const LENGTH_DELIMITED = 2;
const ONE_BYTE = 0x80;
const TAGS_FIELD = 11;
const ABSENT = -1;

interface LineKind {
  readonly kind: ChatEventKind;
  /** Its field in seabird.Event (protocol: "Messages"). */
  readonly field: number;
  readonly isPrivate: boolean;
}

/** By the field in seabird.ChatEvent (protocol: "Messages"). */
const KINDS = new Map<number, LineKind>([
  [5, { kind: "message", field: 1, isPrivate: false }],
  [6, { kind: "privateMessage", field: 2, isPrivate: true }],
  [7, { kind: "mention", field: 3, isPrivate: false }],
  [8, { kind: "command", field: 4, isPrivate: false }],
  [12, { kind: "action", field: 5, isPrivate: false }],
  [13, { kind: "privateAction", field: 6, isPrivate: true }],
]);

export interface TranscodedLine {
  readonly kind: ChatEventKind;
  readonly encoded: EncodedEvent;
}

export interface LineContext {
  /** Prefix of the backend's absolute ids: `irc://seabird/`. */
  readonly idPrefix: string;
  readonly options: Pick<
    ResolvedBrokerOptions,
    "maxEventFields" | "maxMessageBytes" | "maxIdBytes"
  >;
}

/** Transcodes one ChatEvent after the Hello; `undefined`: it is not such a line. */
export function transcodeLine(bytes: Uint8Array, context: LineContext): TranscodedLine | undefined {
  const { maxEventFields, maxMessageBytes } = context.options;
  if (bytes.length > Math.min(MAX_BYTES, maxEventFields * LEAST_BYTES_PER_FIELD)) return undefined;
  const no = (bytes[0] ?? 0) >> 3;
  const kind = KINDS.get(no);
  if (kind === undefined) return undefined;
  const message = transcriber.run(bytes, no, kind, context);
  if (message === undefined || message.length > maxMessageBytes) return undefined;
  return { kind: kind.kind, encoded: { message, isPrivate: kind.isPrivate } };
}

/** Reads fields in the order in which every encoder writes them, and writes them again. */
class Transcriber {
  readonly #writer = new WireWriter();
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #idPrefix = "";
  #maxIdBytes = 0;
  /** The decoder has to handle it after all. */
  #isUnsupported = false;

  run(
    bytes: Uint8Array,
    no: number,
    { kind, field, isPrivate }: LineKind,
    { idPrefix, options }: LineContext,
  ): Uint8Array | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    this.#isUnsupported = false;
    this.#idPrefix = idPrefix;
    this.#maxIdBytes = options.maxIdBytes;
    this.#writer.reset();
    const end = this.#enter(no, bytes.length);
    const opened = this.#writer.open(field);
    if (isPrivate) this.#user(1, end);
    else this.#channelSource(end);
    if (kind === "command") this.#commandAndArg(end);
    else this.#textAndBlock(end);
    this.#writer.close(opened);
    if (kind !== "command") this.#formatTag();
    this.#leave(end);
    this.#leave(bytes.length);
    return this.#isUnsupported ? undefined : this.#writer.finish();
  }

  #channelSource(limit: number): void {
    const end = this.#enter(1, limit);
    if (end === ABSENT) return;
    const opened = this.#writer.open(1);
    this.#id(end);
    this.#user(2, end);
    this.#writer.close(opened);
    this.#leave(end);
  }

  #user(no: number, limit: number): void {
    const end = this.#enter(no, limit);
    if (end === ABSENT) return;
    const opened = this.#writer.open(no);
    this.#id(end);
    const name = this.#enter(2, end);
    if (name !== ABSENT) this.#write(2, name);
    this.#writer.close(opened);
    this.#leave(end);
  }

  /** A relative id, which may be missing, becomes an absolute one. */
  #id(limit: number): void {
    const found = this.#enter(1, limit);
    const end = found === ABSENT ? this.#at : found;
    if (end - this.#at > this.#maxIdBytes) this.#isUnsupported = true;
    const isAscii = this.#writer.escaped(1, this.#idPrefix, this.#bytes, this.#at, end);
    if (!isAscii) this.#isUnsupported = true;
    this.#at = end;
  }

  #commandAndArg(limit: number): void {
    for (const no of [2, 3]) {
      const end = this.#enter(no, limit);
      if (end !== ABSENT) this.#write(no, end);
    }
  }

  /** The text, and the block that holds the same text. */
  #textAndBlock(limit: number): void {
    const found = this.#enter(2, limit);
    const end = found === ABSENT ? this.#at : found;
    const start = this.#at;
    this.#write(2, end);
    const block = this.#writer.open(3);
    this.#at = start;
    this.#write(1, end);
    const text = this.#writer.open(2);
    this.#at = start;
    this.#write(1, end);
    this.#writer.close(text);
    this.#writer.close(block);
  }

  #formatTag(): void {
    const opened = this.#writer.open(TAGS_FIELD);
    this.#writer.text(1, ORIGINAL_FORMAT_TAG);
    this.#writer.text(2, "text");
    this.#writer.close(opened);
  }

  /** Writes the text that ends at `end`. */
  #write(no: number, end: number): void {
    if (!this.#writer.ascii(no, this.#bytes, this.#at, end)) this.#isUnsupported = true;
    this.#at = end;
  }

  /** Goes into the field if it comes next; returns where it ends. */
  #enter(no: number, limit: number): number {
    const bytes = this.#bytes;
    if (this.#at >= limit || bytes[this.#at] !== ((no << 3) | LENGTH_DELIMITED)) return ABSENT;
    let length = bytes[this.#at + 1] ?? 0;
    this.#at += 2;
    if (length >= ONE_BYTE) {
      const more = bytes[this.#at++] ?? 0;
      if (more >= ONE_BYTE) this.#isUnsupported = true;
      length += (more - 1) * ONE_BYTE;
    }
    const end = this.#at + length;
    if (end <= limit) return end;
    this.#isUnsupported = true;
    return limit;
  }

  /** Nothing else may stand before the end. */
  #leave(end: number): void {
    if (this.#at !== end) this.#isUnsupported = true;
  }
}

const transcriber = new Transcriber();
