/** Messages of one kind as our own programs send them; recorded by record.ts into recorded.json. */
import { readFileSync } from "node:fs";
import { envelope } from "../wire/envelopes.ts";

/**
 * `plain`: ASCII, no tags, no blocks (the terminal backend). `tagged`: one tag (IRC, a server
 * without IRCv3). `real`: four tags, accents, an emoji, a bold word as blocks (IRC, a modern server).
 */
export const SHAPE_NAMES = ["plain", "tagged", "real"] as const;

export type ShapeName = (typeof SHAPE_NAMES)[number];

/** One shape in recorded.json; messages in base64. */
export interface RecordedShape {
  /** The backend's type. */
  readonly type: string;
  /** What the backend sends: a seabird.ChatEvent. */
  readonly chatEvent: string;
  /** What core delivers for it: a seabird.Event. */
  readonly event: string;
  /** What a plugin sends: a seabird.SendMessageRequest. */
  readonly sendMessage: string;
}

/** The backend's id in the recorded messages; the ids of a load's backends are as long. */
export const RECORDED_ID = "recorded";
export const RECORDED_CHANNEL = "#bench";
/** Begins every recorded text; the burst numbers its events there. */
export const RECORDED_NUMBER = "build 00000000";

export const RECORDED_FILE = new URL("recorded.json", import.meta.url);

export function readRecorded(): Record<ShapeName, RecordedShape> {
  return JSON.parse(readFileSync(RECORDED_FILE, "utf8")) as Record<ShapeName, RecordedShape>;
}

/** A new id for a backend, as long as the recorded one. */
export function newBackendId(): string {
  return Math.random().toString(36).slice(2).padEnd(RECORDED_ID.length, "0").slice(0, 8);
}

/** The number in an event's bytes; `undefined`: it is no recorded event. */
export function numberIn(message: Buffer): number | undefined {
  const mark = "build ";
  const at = message.indexOf(mark);
  if (at < 0) return undefined;
  const from = at + mark.length;
  return Number(message.toString("latin1", from, from + RECORDED_NUMBER.length - mark.length));
}

/** Encoded messages of one shape, each in its envelope. */
export class Shape {
  readonly name: ShapeName;
  readonly #recorded: RecordedShape;

  constructor(name: ShapeName, recorded: RecordedShape = readRecorded()[name]) {
    this.name = name;
    this.#recorded = recorded;
  }

  get type(): string {
    return this.#recorded.type;
  }

  /** The absolute id of the recorded channel at that backend. */
  channelOf(backendId: string): string {
    return `${this.type}://${backendId}/${encodeURIComponent(RECORDED_CHANNEL)}`;
  }

  /** What a backend sends. */
  chatEvent(number = 0): Buffer {
    return envelope(numbered(bytesOf(this.#recorded.chatEvent), number));
  }

  /** What a core delivers for it. */
  event(backendId: string, number = 0): Buffer {
    return envelope(numbered(owned(bytesOf(this.#recorded.event), backendId), number));
  }

  /** A plugin's SendMessage to a channel of that backend. */
  sendMessage(backendId: string): Buffer {
    return envelope(owned(bytesOf(this.#recorded.sendMessage), backendId));
  }
}

function bytesOf(base64: string): Buffer {
  return Buffer.from(base64, "base64");
}

function owned(message: Buffer, backendId: string): Buffer {
  return replaced(message, RECORDED_ID, backendId);
}

function numbered(message: Buffer, number: number): Buffer {
  if (number === 0) return message;
  const digits = RECORDED_NUMBER.length - "build ".length;
  return replaced(message, RECORDED_NUMBER, `build ${String(number).padStart(digits, "0")}`);
}

/** Replaces in place; both are ASCII and of one length, so that no length in the message changes. */
function replaced(message: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error(`"${to}" is not as long as "${from}"`);
  for (let at = message.indexOf(from); at >= 0; at = message.indexOf(from, at + 1)) {
    message.write(to, at, "latin1");
  }
  return message;
}
