/** The channels of one backend, as it reports them, for as long as it is connected. */

import { create } from "@bufbuild/protobuf";
import {
  absoluteId,
  type BackendName,
  type Channel,
  ChannelChange,
  ChannelSchema,
  cutUtf8,
  type ListChannelsResponse,
  ListChannelsResponseSchema,
  MAX_MESSAGE_ID_BYTES,
} from "@seabird-chat/protocol";
import { compact, fits, utf8Bytes } from "../codec/utf8.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

/** What core stores of a channel. */
export interface ChannelDetails {
  /** The backend's own id of it. */
  readonly relativeId: string;
  readonly displayName: string;
  readonly topic: string;
  /** The backend's own id of the channel that it is a thread of; empty: none. */
  readonly parentId: string;
  readonly isPrivate: boolean;
  /** Id of the message that a thread hangs on; empty: none. */
  readonly rootMessageId: string;
}

/** The result of adding or changing a channel; all but `tracked` and `unknown` are refusals. */
export type TrackResult = "tracked" | "unknown" | "bad_id" | "too_many_channels";

/** A change of the list; what changes nothing makes none. */
export interface ChannelListChange {
  readonly change: ChannelChange;
  /** As it is now; one that was left as it was last known. */
  readonly channel: Channel;
  /** Whether it is a private channel, or was one before the change. */
  readonly isPrivate: boolean;
}

interface Entry {
  readonly channel: Channel;
  readonly parentId: string;
  /** Whether the parent, which is not tracked any more, was private when it was left. */
  readonly wasParentPrivate: boolean;
  readonly bytes: number;
}

/** Tags and lengths around one channel and its fields, at most. */
const FRAME_BYTES = 24;
/** Tags and lengths of a field with a number from 1000 on, at most. */
const LATER_FIELD_BYTES = 6;

export class Channels {
  readonly #backend: BackendName;
  readonly #options: ResolvedBrokerOptions;
  readonly #onChange: (change: ChannelListChange) => void;
  readonly #entries = new Map<string, Entry>();
  /** Of channels that were asked for since a parent or the privacy of one changed. */
  readonly #isPrivate = new Map<string, boolean>();
  /** Those with private channels, and those without, until a channel changes. */
  #lists: { all?: ListChannelsResponse; open?: ListChannelsResponse } = {};
  /** Of all entries, as they are listed. */
  #bytes = 0;
  #private = 0;
  /** Grows with each change of what `isPrivate` says. */
  privacyChanges = 0;

  constructor(
    backend: BackendName,
    options: ResolvedBrokerOptions,
    onChange: (change: ChannelListChange) => void = () => {},
  ) {
    this.#backend = backend;
    this.#options = options;
    this.#onChange = onChange;
  }

  /** Bytes of the list. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** False: no channel is private, so `isPrivate` need not be asked. */
  get hasPrivate(): boolean {
    return this.#private > 0;
  }

  /**
   * Whether a channel, or a parent of it at any level, is private; an unknown one is not. Channels in
   * a circle are, if one of them is. A thread stays private when its private parent is left: its name
   * would tell what was said there.
   */
  isPrivate(relativeId: string): boolean {
    if (!this.hasPrivate) return false;
    const followed: string[] = [];
    const isPrivate = this.#follow(relativeId, followed);
    for (const id of followed) this.#isPrivate.set(id, isPrivate);
    return isPrivate;
  }

  /** The same, with the channels for which it holds as well. */
  #follow(relativeId: string, followed: string[]): boolean {
    let id = relativeId;
    let wasParentPrivate = false;
    for (;;) {
      const known = this.#isPrivate.get(id);
      if (known !== undefined) return known;
      const entry = this.#entries.get(id);
      if (entry === undefined) return wasParentPrivate;
      followed.push(id);
      if (entry.channel.isPrivate || entry.parentId === "") return entry.channel.isPrivate;
      // What a circle of parents comes back to does not make it private.
      this.#isPrivate.set(id, false);
      id = entry.parentId;
      wasParentPrivate = entry.wasParentPrivate;
    }
  }

  /** A channel was joined. Known ones are overwritten. */
  join(details: ChannelDetails): TrackResult {
    const { maxIdBytes, maxChannelsPerBackend } = this.#options;
    if (details.relativeId === "" || !fits(details.relativeId, maxIdBytes)) return "bad_id";
    const isNew = !this.#entries.has(details.relativeId);
    if (isNew && this.#entries.size >= maxChannelsPerBackend) return "too_many_channels";
    return this.#set(details);
  }

  /** Overwrites all that is stored of a channel. One that is not known stays unknown. */
  change(details: ChannelDetails): TrackResult {
    return this.#entries.has(details.relativeId) ? this.#set(details) : "unknown";
  }

  /** A channel was left. Unknown ones are ignored. */
  leave(relativeId: string): void {
    const entry = this.#entries.get(relativeId);
    if (entry === undefined) return;
    const isPrivate = this.isPrivate(relativeId);
    if (this.hasPrivate) this.#tellThreads(relativeId, isPrivate);
    this.#replace(relativeId, undefined);
    this.#onChange({ change: ChannelChange.LEFT, channel: entry.channel, isPrivate });
  }

  get(relativeId: string): Channel | undefined {
    return this.#entries.get(relativeId)?.channel;
  }

  /** The backend's own id of a channel's parent; `undefined`: it has none, or is unknown. */
  parentOf(relativeId: string): string | undefined {
    return this.#entries.get(relativeId)?.parentId || undefined;
  }

  /** All channels, or all that are not private, sorted by absolute id. */
  sorted(withPrivate = true): Channel[] {
    const listed: Channel[] = [];
    for (const [relativeId, { channel }] of this.#entries) {
      if (withPrivate || !this.isPrivate(relativeId)) listed.push(channel);
    }
    return listed.sort(byId);
  }

  /** The same as an answer: one object until a channel changes. */
  list(withPrivate: boolean): ListChannelsResponse {
    const which = withPrivate || !this.hasPrivate ? "all" : "open";
    this.#lists[which] ??= create(ListChannelsResponseSchema, {
      channels: this.sorted(withPrivate),
    });
    return this.#lists[which];
  }

  /** Forgets all of them, which is no change of any. */
  clear(): void {
    this.#lists = {};
    this.privacyChanges++;
    this.#entries.clear();
    this.#isPrivate.clear();
    this.#bytes = 0;
    this.#private = 0;
  }

  #set(details: ChannelDetails): TrackResult {
    const { relativeId, parentId, isPrivate, rootMessageId } = details;
    if (!fits(parentId, this.#options.maxIdBytes)) return "bad_id";
    if (!fits(rootMessageId, MAX_MESSAGE_ID_BYTES)) return "bad_id";
    const channel = create(ChannelSchema, {
      id: this.#absolute(relativeId),
      displayName: cutUtf8(details.displayName, this.#options.maxChannelNameBytes),
      topic: cutUtf8(details.topic, this.#options.maxTopicBytes),
      parentId: parentId === "" ? "" : this.#absolute(parentId),
      isPrivate,
      rootMessageId: compact(rootMessageId),
    });
    const before = this.#entries.get(relativeId);
    if (before !== undefined && isSame(before.channel, channel)) return "tracked";
    const bytes = listedBytes(channel);
    if (this.#bytes - (before?.bytes ?? 0) + bytes > this.#options.maxListBytes) {
      return "too_many_channels";
    }
    const wasPrivate = this.isPrivate(relativeId);
    const wasParentPrivate = before?.parentId === parentId && before.wasParentPrivate;
    this.#replace(relativeId, { channel, parentId: compact(parentId), wasParentPrivate, bytes });
    this.#onChange({
      change: before === undefined ? ChannelChange.JOINED : ChannelChange.CHANGED,
      channel,
      isPrivate: wasPrivate || this.isPrivate(relativeId),
    });
    return "tracked";
  }

  #absolute(relativeId: string): string {
    return compact(absoluteId(this.#backend, relativeId));
  }

  /** The threads of a channel that is left keep whether it is private. */
  #tellThreads(parentId: string, wasParentPrivate: boolean): void {
    for (const [relativeId, entry] of this.#entries) {
      if (entry.parentId === parentId && entry.wasParentPrivate !== wasParentPrivate) {
        this.#replace(relativeId, { ...entry, wasParentPrivate });
      }
    }
  }

  #replace(relativeId: string, entry: Entry | undefined): void {
    const before = this.#entries.get(relativeId);
    this.#bytes += (entry?.bytes ?? 0) - (before?.bytes ?? 0);
    this.#private += makesPrivate(entry) - makesPrivate(before);
    this.#lists = {};
    if (!hasSamePrivacy(before, entry)) {
      this.#isPrivate.clear();
      this.privacyChanges++;
    }
    if (entry === undefined) this.#entries.delete(relativeId);
    else this.#entries.set(relativeId, entry);
  }
}

/** 1 if `isPrivate` may be true because of this entry, else 0. */
function makesPrivate(entry: Entry | undefined): number {
  return Number(entry !== undefined && (entry.channel.isPrivate || entry.wasParentPrivate));
}

/** Whether what decides about the privacy of a channel, and of those below it, is as before. */
function hasSamePrivacy(before: Entry | undefined, now: Entry | undefined): boolean {
  return (
    before?.channel.isPrivate === now?.channel.isPrivate &&
    before?.parentId === now?.parentId &&
    before?.wasParentPrivate === now?.wasParentPrivate
  );
}

function isSame(a: Channel, b: Channel): boolean {
  return (
    a.displayName === b.displayName &&
    a.topic === b.topic &&
    a.parentId === b.parentId &&
    a.isPrivate === b.isPrivate &&
    a.rootMessageId === b.rootMessageId
  );
}

function listedBytes({ id, displayName, topic, parentId, isPrivate, rootMessageId }: Channel) {
  let bytes = FRAME_BYTES + id.length + utf8Bytes(displayName) + utf8Bytes(topic);
  if (parentId !== "") bytes += LATER_FIELD_BYTES + parentId.length;
  if (rootMessageId !== "") bytes += LATER_FIELD_BYTES + utf8Bytes(rootMessageId);
  return bytes + (isPrivate ? LATER_FIELD_BYTES : 0);
}

function byId(a: Channel, b: Channel): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
