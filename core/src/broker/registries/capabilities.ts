/**
 * What one backend can do, as it declared it in its Hello or in its latest event `capabilities`
 * (the messages extension, docs/protocol.md), for as long as it is connected.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  absoluteId,
  type BackendName,
  type Capabilities,
  CapabilitiesSchema,
  type Feature,
  MAX_CAPABILITY_CHANNELS,
  MAX_CAPABILITY_ENTRIES,
  MAX_CAPABILITY_NAME_BYTES,
  MAX_EMOJI_BYTES,
  parseId,
  Support,
} from "@seabird-chat/protocol";
import { fits } from "../codec/utf8.ts";

const NONE = create(CapabilitiesSchema);

export interface CapabilityLimits {
  /** Bytes of a backend's own id of a channel. */
  readonly maxIdBytes: number;
  /** Bytes of all capabilities with absolute ids, encoded. */
  readonly maxListBytes: number;
}

/** What is known of a channel's place among others. */
export interface ChannelParents {
  /** The channel by the backend's own id, if it is tracked. */
  get(relativeId: string): { readonly parentId: string } | undefined;
  /** Whether it, or a parent of it, is private. */
  isPrivate(relativeId: string): boolean;
  /** Whether any is. */
  readonly hasPrivate: boolean;
  /** Another number whenever `isPrivate` may say something else than before. */
  readonly privacyChanges: number;
}

export class BackendCapabilities {
  readonly #backend: BackendName;
  readonly #limits: CapabilityLimits;
  readonly #channels: ChannelParents;
  #all: Capabilities | undefined;
  #bytes = 0;
  /** Without private channels, as long as the same ones are private. */
  #open: { readonly privacyChanges: number; readonly visible: Capabilities } | undefined;

  /** By those that are declared: the same without channels, one object until others are declared. */
  readonly #effective = new WeakMap<Capabilities, Capabilities>();

  constructor(backend: BackendName, limits: CapabilityLimits, channels: ChannelParents) {
    this.#backend = backend;
    this.#limits = limits;
    this.#channels = channels;
  }

  /** Whether the backend has declared capabilities, be they empty. */
  get isDeclared(): boolean {
    return this.#all !== undefined;
  }

  /** All of them, keyed by absolute ids; `undefined` if none were declared. */
  get all(): Capabilities | undefined {
    return this.#all;
  }

  /**
   * All of them, without private channels for a caller who may not learn of these. The same object
   * until something in it may have changed.
   */
  visible(mayPrivate: boolean): Capabilities | undefined {
    const all = this.#all;
    if (all === undefined || mayPrivate || !this.#channels.hasPrivate) return all;
    const { privacyChanges } = this.#channels;
    if (this.#open?.privacyChanges !== privacyChanges) {
      this.#open = { privacyChanges, visible: this.#withoutPrivate(all) };
    }
    return this.#open.visible;
  }

  #withoutPrivate(all: Capabilities): Capabilities {
    const channels = Object.entries(all.channels).filter(
      ([id]) => !this.#channels.isPrivate(parseId(id)?.relative ?? ""),
    );
    return known({ ...all, channels: Object.fromEntries(channels) });
  }

  /** The encoded size of `all`. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Replaces all that was declared before. Returns what is wrong with the given ones, which then
   * change nothing.
   */
  replace(declared: Capabilities): string | undefined {
    const wrong = problemOf(declared, this.#limits);
    if (wrong !== undefined) return wrong;
    const all = this.#absolute(declared);
    const bytes = toBinary(CapabilitiesSchema, all).length;
    const { maxListBytes } = this.#limits;
    if (bytes > maxListBytes) return `capabilities of ${bytes} bytes, limit ${maxListBytes}`;
    this.#all = all;
    this.#open = undefined;
    this.#bytes = bytes;
    return undefined;
  }

  /** Whether a feature is declared, for this channel if one is given. */
  has(feature: Feature, relativeChannelId?: string): boolean {
    const { features } = this.#of(relativeChannelId) ?? NONE;
    const support = Object.hasOwn(features, feature) ? features[feature] : undefined;
    return support === Support.PARTIAL || support === Support.FULL;
  }

  /** Those in effect for a channel: its own, or its parent's if it is a thread, or the backend's. */
  effective(relativeChannelId?: string): Capabilities | undefined {
    const declared = this.#of(relativeChannelId);
    if (declared === undefined) return undefined;
    const known = this.#effective.get(declared) ?? withoutChannels(declared);
    this.#effective.set(declared, known);
    return known;
  }

  #of(relativeChannelId: string | undefined): Capabilities | undefined {
    const all = this.#all;
    if (all === undefined || relativeChannelId === undefined) return all;
    return this.#ownOf(relativeChannelId, all.channels) ?? all;
  }

  #ownOf(relativeId: string, channels: Capabilities["channels"]): Capabilities | undefined {
    const id = absoluteId(this.#backend, relativeId);
    if (Object.hasOwn(channels, id)) return channels[id];
    const parentId = this.#channels.get(relativeId)?.parentId ?? "";
    return Object.hasOwn(channels, parentId) ? channels[parentId] : undefined;
  }

  #absolute({ channels, ...whole }: Capabilities): Capabilities {
    const entries = Object.entries(channels).map(
      ([id, own]) => [absoluteId(this.#backend, id), withoutChannels(own)] as const,
    );
    return known({ ...whole, channels: Object.fromEntries(entries) });
  }
}

/** Without unknown fields, which have no bounds. */
function known({ features, formats, limits, allowedReactions, channels }: Capabilities) {
  return create(CapabilitiesSchema, { features, formats, limits, allowedReactions, channels });
}

function withoutChannels(capabilities: Capabilities): Capabilities {
  return known({ ...capabilities, channels: {} });
}

/** What is wrong with declared capabilities, if anything. */
function problemOf(declared: Capabilities, { maxIdBytes }: CapabilityLimits): string | undefined {
  const ids = Object.keys(declared.channels);
  if (ids.length > MAX_CAPABILITY_CHANNELS) {
    return `capabilities of ${ids.length} channels, limit ${MAX_CAPABILITY_CHANNELS}`;
  }
  if (ids.some((id) => id === "" || !fits(id, maxIdBytes))) {
    return `capabilities of a channel whose id does not have 1 to ${maxIdBytes} bytes`;
  }
  for (const each of [declared, ...Object.values(declared.channels)]) {
    const wrong = problemOfLists(each);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function problemOfLists(declared: Capabilities): string | undefined {
  const { features, formats, limits, allowedReactions } = declared;
  const lists = [
    { field: "features", entries: Object.keys(features), most: MAX_CAPABILITY_NAME_BYTES },
    { field: "formats", entries: formats, most: MAX_CAPABILITY_NAME_BYTES },
    { field: "limits", entries: Object.keys(limits), most: MAX_CAPABILITY_NAME_BYTES },
    { field: "allowed_reactions", entries: allowedReactions, most: MAX_EMOJI_BYTES },
  ];
  for (const { field, entries, most } of lists) {
    if (entries.length > MAX_CAPABILITY_ENTRIES) {
      return `capabilities with ${entries.length} ${field}, limit ${MAX_CAPABILITY_ENTRIES}`;
    }
    if (entries.some((entry) => !fits(entry, most))) {
      return `capabilities with an entry of ${field} of more than ${most} bytes`;
    }
  }
  return undefined;
}
