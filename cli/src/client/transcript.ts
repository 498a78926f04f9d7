/**
 * What `seabird tail` remembers between events: the texts of recent messages, which later events
 * name by id, and sends whose results have not come yet. Pure.
 */
import type { PluginEvent, SendResultEvent } from "@seabird-chat/sdk";
import { type EventLine, eventLine } from "./event-line.ts";
import { isSendOpen } from "./send-failure.ts";

/** One event to show. */
export interface TailEntry {
  readonly at: Date;
  readonly event: PluginEvent;
  readonly line: EventLine;
  /** What the message said that the event is about, if it was seen. */
  readonly about?: string | undefined;
}

export interface TranscriptOptions {
  /** Whether a send is shown once its result is known, and only if it was sent. */
  readonly awaitsResults: boolean;
}

/** Messages whose texts are remembered. */
const MAX_TEXTS = 1_000;
/** Of a text this much, in UTF-16 units. */
const MAX_TEXT_LENGTH = 200;
/** Sends without a result; the oldest counts as sent. */
const MAX_SENDS = 1_000;
/** Of the texts of those that wait to be shown, in UTF-16 units. */
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;

/** A send whose result has not come yet. */
interface PendingSend {
  readonly sender: string;
  /** The beginning. */
  readonly text: string;
  /** If it is shown only then. */
  readonly entry?: TailEntry;
}

export class Transcript {
  readonly #awaitsResults: boolean;
  /** By conversation and id. */
  readonly #texts = new Map<string, string>();
  readonly #sends = new Map<bigint, PendingSend>();
  #waitingLength = 0;

  constructor({ awaitsResults }: TranscriptOptions) {
    this.#awaitsResults = awaitsResults;
  }

  /** What is to be shown now, in order. */
  take(event: PluginEvent, at: Date): readonly TailEntry[] {
    const entry = { at, event, line: eventLine(event) };
    if (event.kind === "sendResult") return this.#settle(event, entry);
    if ("sequence" in event && event.sequence !== undefined) {
      return this.#announce(event.sequence, entry);
    }
    const about = this.#recall(entry.line);
    if ("message" in event) this.#remember(entry.line.place, entry.line.ids, entry.line.text);
    return [{ ...entry, about }];
  }

  /** Sends whose results will not come any more. */
  flush(): readonly TailEntry[] {
    const left = [...this.#sends.values()].flatMap(({ entry }) => entry ?? []);
    this.#sends.clear();
    this.#waitingLength = 0;
    return left;
  }

  #announce(sequence: bigint, entry: TailEntry): readonly TailEntry[] {
    const { sender, text } = entry.line;
    const send = { sender, text: beginningOf(text) };
    if (!this.#awaitsResults) {
      this.#sends.set(sequence, send);
      dropOldest(this.#sends, MAX_SENDS);
      return [entry];
    }
    this.#sends.set(sequence, { ...send, entry });
    this.#waitingLength += text.length;
    const late: TailEntry[] = [];
    while (this.#sends.size > MAX_SENDS || this.#waitingLength > MAX_WAITING_LENGTH) {
      const [oldest] = this.#sends.keys();
      const dropped = oldest === undefined ? undefined : this.#takeSend(oldest);
      if (dropped?.entry === undefined) break;
      late.push(dropped.entry);
    }
    return late;
  }

  #takeSend(sequence: bigint): PendingSend | undefined {
    const send = this.#sends.get(sequence);
    this.#sends.delete(sequence);
    this.#waitingLength -= send?.entry?.line.text.length ?? 0;
    return send;
  }

  /** The result is shown as its sender's, with what was sent. */
  #settle(event: SendResultEvent, result: TailEntry): readonly TailEntry[] {
    const send = this.#takeSend(event.sequence);
    const isRefused = event.error !== "" && !isSendOpen(event.error);
    if (this.#awaitsResults && isRefused) return [];
    if (send === undefined) return [result];
    const { ids } = result.line;
    this.#remember(result.line.place, ids, send.text);
    const settled = {
      ...result,
      line: { ...result.line, sender: send.sender },
      about: send.text,
    };
    const { entry } = send;
    if (entry === undefined) return [settled];
    return [{ ...entry, line: { ...entry.line, ids } }, settled];
  }

  #remember(place: string, ids: readonly string[], text: string): void {
    for (const id of ids) {
      this.#texts.set(keyOf(place, id), beginningOf(text));
      dropOldest(this.#texts, MAX_TEXTS);
    }
  }

  #recall({ place, ids }: EventLine): string | undefined {
    const texts = ids.map((id) => this.#texts.get(keyOf(place, id)));
    return texts.find((text) => text !== undefined);
  }
}

/** A copy: what V8 slices keeps the whole text. */
function beginningOf(text: string): string {
  return Buffer.from(text.slice(0, MAX_TEXT_LENGTH)).toString();
}

function keyOf(place: string, id: string): string {
  return `${place} ${id}`;
}

/** The value that was dropped, if there was one too many. */
function dropOldest<K, V>(map: Map<K, V>, limit: number): V | undefined {
  if (map.size <= limit) return undefined;
  const [oldest] = map;
  if (oldest === undefined) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}
