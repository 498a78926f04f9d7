/**
 * Does to a decoded event what the transcoder does to its bytes, by the same table: ids become
 * absolute, blocks and their texts are normalised, and what is missing or out of bounds drops it.
 */
import {
  type Block,
  BlockError,
  blockCost,
  cutUtf8,
  encodePart,
  MAX_MESSAGE_BLOCKS,
  MAX_REFERENCE_TEXT_BYTES,
  normaliseMessage,
  type OriginalFormat,
  walkBlocks,
} from "@seabird-chat/protocol";
import type { DropReason } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import { BLOCK_KINDS_BY_NAME, EVENT_KINDS_BY_NAME, type ReportedEvent } from "./event-table.ts";
import { type Field, OPERATION, PLACE } from "./field-rules.ts";
import { withoutUserinfo } from "./url-userinfo.ts";
import { fits } from "./utf8.ts";

/** An event that is dropped, and why. */
export class DroppedEventError extends Error {
  readonly reason: DropReason;

  constructor(reason: DropReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface TranslateContext {
  /** Prefix of the backend's absolute ids: `irc://seabird/`. */
  readonly idPrefix: string;
  readonly options: Pick<ResolvedBrokerOptions, "maxMessageBytes" | "maxIdBytes">;
}

/** Where an event happened, and how its content was given. */
export interface TranslatedEvent {
  /** Of an event with a text and a block: which of them the backend gave. */
  format: OriginalFormat | undefined;
  /** The backend's own id of the event's channel. */
  channelId: string | undefined;
  /** Whether it is of the conversation with a user. */
  isWithUser: boolean;
  /** Whether there are files in its blocks. */
  hasFiles: boolean;
}

type Message = Record<string, unknown>;

/**
 * Changes the event in place. Throws DroppedEventError, and BlockError for a bad block; then the
 * event is partly changed and of no use.
 */
export function translateEvent(inner: ReportedEvent, context: TranslateContext): TranslatedEvent {
  const { published } = EVENT_KINDS_BY_NAME[inner.case];
  const translator = new EventTranslator(context);
  translator.message(inner.value as unknown as Message, published.fields, published.protoName);
  return translator.event;
}

class EventTranslator {
  readonly #context: TranslateContext;
  readonly event: TranslatedEvent = {
    format: undefined,
    channelId: undefined,
    isWithUser: false,
    hasFiles: false,
  };

  /** Of all blocks of the event. */
  #blockCost = 0;
  /** Why an event with a value out of bounds is dropped. */
  #badReason: DropReason = "bad_field";

  constructor(context: TranslateContext) {
    this.#context = context;
  }

  message(message: Message, fields: readonly Field[], path: string): void {
    for (const field of fields) this.#field(message, field, path);
  }

  #field(message: Message, field: Field, path: string): void {
    const { oneof, name, unless } = field;
    const holder = oneof === undefined ? undefined : (message[oneof] as OneOf);
    if (holder !== undefined && holder.case !== undefined && holder.case !== name) return;
    const value = read(message, field);
    const named = `${path}.${field.protoName}`;
    if (
      field.isNeeded &&
      isEmpty(value, field) &&
      (unless === undefined || message[unless] !== true)
    ) {
      throw new DroppedEventError("missing_field", `${named} is missing`);
    }
    // A missing block is made of the text beside it.
    if (value === undefined && field.operation !== OPERATION.normaliseBlock) return;
    checkBounds(value, field, named, this.#badReason);
    const changed = this.#changed(value, message, field, named);
    if (holder === undefined) message[name] = changed;
    else holder.value = changed;
  }

  /** The value that is published. */
  #changed(value: unknown, message: Message, field: Field, named: string): unknown {
    switch (field.operation) {
      case OPERATION.makeAbsolute:
        return this.#absolute(value as string, field, named);
      case OPERATION.cutText:
        return cutUtf8(value as string, MAX_REFERENCE_TEXT_BYTES);
      case OPERATION.checkUrl:
        return withoutUserinfo(value as string);
      case OPERATION.discard:
        return "";
      case OPERATION.transcode:
        for (const each of Array.isArray(value) ? value : [value]) {
          this.message(each as Message, field.fields, named);
        }
        return value;
      case OPERATION.normaliseBlock:
        return this.#content(message, value as Block | undefined);
      case OPERATION.writeArgument:
        return this.#normalised("", value as Block).rootBlock;
      default:
        return value;
    }
  }

  #absolute(relative: string, { place, isRequired }: Field, named: string): string {
    const { idPrefix, options } = this.#context;
    if (!fits(relative, options.maxIdBytes)) {
      throw new DroppedEventError("bad_id", `${named} is longer than ${options.maxIdBytes} bytes`);
    }
    if (place === PLACE.channel) this.event.channelId = relative;
    if (place === PLACE.user) this.event.isWithUser = true;
    return relative === "" && !isRequired ? "" : `${idPrefix}${encodePart(relative)}`;
  }

  /** A text and a block read the same; the text is set here, the block returned. */
  #content(message: Message, block: Block | undefined): Block {
    const { text, rootBlock, format } = this.#normalised(message["text"] as string, block);
    message["text"] = text;
    this.event.format = format;
    return rootBlock;
  }

  /** Urls are emptied before the plain texts are made of them. */
  #normalised(text: string, block: Block | undefined): ReturnType<typeof normaliseMessage> {
    if (block !== undefined) this.#blocks(block);
    const content = normaliseMessage(text, block);
    if (content.bytes > this.#context.options.maxMessageBytes) throw tooLarge(content.bytes);
    return content;
  }

  #blocks(root: Block): void {
    this.#blockCost += blockCost(root);
    if (this.#blockCost > MAX_MESSAGE_BLOCKS) {
      throw new BlockError(`more than ${MAX_MESSAGE_BLOCKS} blocks in an event`);
    }
    this.#badReason = "bad_block";
    for (const { inner } of walkBlocks(root)) {
      const kind = BLOCK_KINDS_BY_NAME.get(inner.case ?? "");
      if (kind === undefined || inner.value === undefined) continue;
      if (inner.case === "attachment") this.event.hasFiles = true;
      this.message(inner.value as unknown as Message, kind.field.fields, kind.field.protoName);
    }
    this.#badReason = "bad_field";
  }
}

interface OneOf {
  readonly case: string | undefined;
  value?: unknown;
}

export function tooLarge(bytes: number): DroppedEventError {
  return new DroppedEventError("too_large", `${bytes} bytes after normalising`);
}

function read(message: Message, { oneof, name }: Field): unknown {
  if (oneof === undefined) return message[name];
  const member = message[oneof] as OneOf;
  return member.case === name ? member.value : undefined;
}

/** A list or message in which nothing is set counts as empty. */
function isEmpty(value: unknown, { fields }: Field): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== "object" || value === null) return !value;
  return fields.every((field) => isEmpty(read(value as Message, field), field));
}

function checkBounds(value: unknown, field: Field, named: string, reason: DropReason): void {
  const { maxItems, maxBytes, isNeeded, between } = field;
  const [least, most] = between;
  const each: readonly unknown[] = Array.isArray(value) ? value : [value];
  const bad = (problem: string) => new DroppedEventError(reason, `${named} ${problem}`);
  if (each.length > maxItems) throw bad(`has more than ${maxItems}`);
  for (const one of each) {
    if (isNeeded && one === "") throw bad("has an empty one");
    if (typeof one === "string" && !fits(one, maxBytes))
      throw bad(`has more than ${maxBytes} bytes`);
    if ((typeof one === "number" || typeof one === "bigint") && (one < least || one > most)) {
      throw bad(`is ${one}, not within ${least} and ${most}`);
    }
  }
}
