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

export class Transcript {
  readonly #awaitsResults: boolean;
  /** By conversation and id. */
  readonly #texts = new Map<string, string>();
  readonly #sends = new Map<bigint, TailEntry>();

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
    const left = this.#awaitsResults ? [...this.#sends.values()] : [];
    this.#sends.clear();
    return left;
  }

  #announce(sequence: bigint, entry: TailEntry): readonly TailEntry[] {
    this.#sends.set(sequence, entry);
    if (!this.#awaitsResults) {
      dropOldest(this.#sends, MAX_SENDS);
      return [entry];
    }
    const oldest = dropOldest(this.#sends, MAX_SENDS);
    return oldest === undefined ? [] : [oldest];
  }

  /** The result is shown as its sender's, with what was sent. */
  #settle(event: SendResultEvent, result: TailEntry): readonly TailEntry[] {
    const send = this.#sends.get(event.sequence);
    this.#sends.delete(event.sequence);
    const isRefused = event.error !== "" && !isSendOpen(event.error);
    if (this.#awaitsResults && isRefused) return [];
    if (send === undefined) return [result];
    const { ids } = result.line;
    this.#remember(result.line.place, ids, send.line.text);
    const line = { ...result.line, sender: send.line.sender };
    const settled = { ...result, line, about: send.line.text };
    if (!this.#awaitsResults) return [settled];
    return [{ ...send, line: { ...send.line, ids } }, settled];
  }

  #remember(place: string, ids: readonly string[], text: string): void {
    for (const id of ids) {
      this.#texts.set(keyOf(place, id), text.slice(0, MAX_TEXT_LENGTH));
      dropOldest(this.#texts, MAX_TEXTS);
    }
  }

  #recall({ place, ids }: EventLine): string | undefined {
    const texts = ids.map((id) => this.#texts.get(keyOf(place, id)));
    return texts.find((text) => text !== undefined);
  }
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
