/** The channels of one backend, as it reports them, for as long as it is connected. */

import { create } from "@bufbuild/protobuf";
import { absoluteId, type BackendName, type Channel, ChannelSchema } from "@seabird-chat/protocol";
import { compact, cut, fits, utf8Bytes } from "../codec/utf8.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

/** What core stores of a channel. */
export interface ChannelDetails {
  /** The backend's own id of it. */
  readonly relativeId: string;
  readonly displayName: string;
  readonly topic: string;
}

/** The result of adding or changing a channel; all but `tracked` and `unknown` are refusals. */
export type TrackResult = "tracked" | "unknown" | "bad_id" | "too_many_channels";

interface Entry {
  readonly channel: Channel;
  readonly bytes: number;
}

/** Tags and lengths around one channel and its fields, at most. */
const FRAME_BYTES = 24;

export class Channels {
  readonly #backend: BackendName;
  readonly #options: ResolvedBrokerOptions;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(backend: BackendName, options: ResolvedBrokerOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A channel was joined. Known ones are overwritten. */
  join(facts: ChannelDetails): TrackResult {
    const { maxIdBytes, maxChannelsPerBackend } = this.#options;
    if (facts.relativeId === "" || !fits(facts.relativeId, maxIdBytes)) return "bad_id";
    const isNew = !this.#entries.has(facts.relativeId);
    if (isNew && this.#entries.size >= maxChannelsPerBackend) return "too_many_channels";
    return this.#set(facts);
  }

  /** A channel has another name or topic. One that is not known stays unknown. */
  change(facts: ChannelDetails): TrackResult {
    return this.#entries.has(facts.relativeId) ? this.#set(facts) : "unknown";
  }

  /** A channel was left. Unknown ones are ignored. */
  leave(relativeId: string): void {
    this.#bytes -= this.#entries.get(relativeId)?.bytes ?? 0;
    this.#entries.delete(relativeId);
  }

  get(relativeId: string): Channel | undefined {
    return this.#entries.get(relativeId)?.channel;
  }

  /** All channels, sorted by absolute id. */
  sorted(): Channel[] {
    return Array.from(this.#entries.values(), ({ channel }) => channel).sort(byId);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #set({ relativeId, displayName, topic }: ChannelDetails): TrackResult {
    const channel = create(ChannelSchema, {
      id: compact(absoluteId(this.#backend, relativeId)),
      displayName: cut(displayName, this.#options.maxChannelNameBytes),
      topic: cut(topic, this.#options.maxTopicBytes),
    });
    const bytes =
      FRAME_BYTES + channel.id.length + utf8Bytes(channel.displayName) + utf8Bytes(channel.topic);
    const before = this.#entries.get(relativeId)?.bytes ?? 0;
    if (this.#bytes - before + bytes > this.#options.maxListBytes) return "too_many_channels";
    this.#entries.set(relativeId, { channel, bytes });
    this.#bytes += bytes - before;
    return "tracked";
  }
}

function byId(a: Channel, b: Channel): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
