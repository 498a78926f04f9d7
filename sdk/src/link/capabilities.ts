/** What a backend can do with messages, for each conversation: asked of core, and remembered for a while. */
import {
  FEATURES,
  REPORTED_FEATURES,
  Support,
  type Capabilities as WireCapabilities,
} from "@seabird-chat/protocol";
import { BoundedMap } from "./bounded-map.ts";
import { argumentError } from "./call-site.ts";
import { type Clock, pause } from "./clock.ts";
import type { CoreIdentity } from "./core-headers.ts";
import { SeabirdError } from "./errors.ts";
import type { Conversation } from "./message-reference.ts";

/** What backends declare that they can do, and what they report. A later core may have more. */
export type Feature =
  | "edit"
  | "delete"
  | "react"
  | "reply"
  | "thread"
  | "attachment"
  | "persona"
  | "typing"
  | "members"
  | "mention"
  | "emoji"
  | "fetch_attachment"
  | "message_ids"
  | "message_edited"
  | "message_deleted"
  | "reaction"
  | "member"
  | "user_changed"
  | "typing_events"
  | (string & {});

const FEATURE_NAMES: readonly string[] = [...FEATURES, ...REPORTED_FEATURES];

/** Throws `bad_option` for what is no name of a feature, of a later core either: `messageIds`. */
export function checkFeature(feature: unknown): void {
  if (typeof feature === "string" && /^[^A-Z]+$/.test(feature)) return;
  const name = String(feature).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const hint = FEATURE_NAMES.includes(name)
    ? `did you mean ${name}?`
    : "names are like message_ids";
  throw argumentError("bad_option", `there is no feature "${feature}"; ${hint}`);
}

/** What a backend has declared (protocol: capabilities). */
export interface Capabilities {
  /** Absent: not at all. `partial`: not always, or not all of it. */
  readonly features: Readonly<Partial<Record<Feature, "partial" | "full">>>;
  /** The kinds of blocks that it can show. */
  readonly formats: readonly string[];
  /** Such as `max_text_bytes`, `edit_window_seconds`. */
  readonly limits: Readonly<Record<string, number>>;
  /** The only emoji to react with; empty: any. */
  readonly allowedReactions: readonly string[];
}

/** Of a backend that declared none, and of all backends of a core without the extension. */
const NONE: Capabilities = Object.freeze({
  features: Object.freeze({}),
  formats: Object.freeze([]),
  limits: Object.freeze({}),
  allowedReactions: Object.freeze([]),
});

export function capabilitiesOf(wire: WireCapabilities | undefined): Capabilities {
  if (wire === undefined) return NONE;
  const features = Object.entries(wire.features).flatMap(([name, support]) => {
    if (support === Support.UNSPECIFIED) return [];
    return [[name, support === Support.FULL ? "full" : "partial"] as const];
  });
  return {
    features: Object.fromEntries(features),
    formats: wire.formats,
    limits: Object.fromEntries(Object.entries(wire.limits).map(([k, n]) => [k, Number(n)])),
    allowedReactions: wire.allowedReactions,
  };
}

/** Age after which capabilities are asked for again when they are used. */
export const CAPABILITIES_REFRESH_MS = 60_000;
/** How long a question that had no answer for as long as a send waits for it is not asked again. */
export const CAPABILITIES_RETRY_MS = 30_000;
/** How long the sends of a conversation wait, together, to learn what can be done there. */
export const CAPABILITIES_WAIT_MS = 1_000;
/** Conversations remembered; the oldest is forgotten. */
const MAX_KNOWN = 1_024;

interface Known {
  readonly answer: Promise<Capabilities>;
  /** In milliseconds of the clock. */
  readonly askedAt: number;
  /** Likewise. */
  freshUntil: number;
  /** The run of core that was asked. */
  instance: string | undefined;
  value: Capabilities | undefined;
  /** Whether it failed, after a while. */
  hasFailed: boolean;
}

export interface CapabilityCacheDeps {
  readonly clock: Clock;
  readonly core: CoreIdentity;
  ofChannel(channelId: string): Promise<Capabilities>;
  ofBackend(backendId: string): Promise<Capabilities>;
}

/** Without a backend: `permission_denied` and the like are the caller's to handle. */
export class CapabilityCache {
  readonly #deps: CapabilityCacheDeps;
  readonly #known = new BoundedMap<string, Known>(MAX_KNOWN);

  constructor(deps: CapabilityCacheDeps) {
    this.#deps = deps;
  }

  /** `backendId`: of the conversation. Asked again if the last question failed. */
  of(where: Conversation, backendId: string): Promise<Capabilities> {
    if (this.#known.get(keyOf(where, backendId))?.hasFailed) this.forget(where, backendId);
    return this.#refreshed(where, backendId).answer;
  }

  /**
   * What is known already, also if it is old; it is asked for again then. A failure that took long is
   * what is known for `CAPABILITIES_RETRY_MS`.
   */
  async usable(where: Conversation, backendId: string): Promise<Capabilities> {
    const old = this.#known.get(keyOf(where, backendId));
    const { answer, instance } = this.#refreshed(where, backendId);
    if (old?.value === undefined || old.instance !== instance) return answer;
    return old.value;
  }

  /**
   * Asks if it is time to. Resolves with the first answer, `CAPABILITIES_WAIT_MS` after the question or
   * when the signal is aborted. Never rejects.
   */
  async learn(where: Conversation, backendId: string, signal?: AbortSignal): Promise<void> {
    const answer = this.usable(where, backendId).catch(() => undefined);
    const asked = this.#known.get(keyOf(where, backendId));
    if (asked === undefined || asked.value !== undefined || asked.hasFailed) return;
    const { clock } = this.#deps;
    const leftMs = asked.askedAt + CAPABILITIES_WAIT_MS - clock.now();
    if (leftMs <= 0) return;
    const answered = new AbortController();
    const end = signal ? AbortSignal.any([signal, answered.signal]) : answered.signal;
    await Promise.race([answer, pause(clock, leftMs, end)]);
    answered.abort();
  }

  /** The latest answer, if there was one. */
  known(where: Conversation, backendId: string): Capabilities | undefined {
    return this.#known.get(keyOf(where, backendId))?.value;
  }

  /** After a refusal that contradicts what is remembered. */
  forget(where: Conversation, backendId: string): void {
    this.#known.delete(keyOf(where, backendId));
  }

  #refreshed(where: Conversation, backendId: string): Known {
    const key = keyOf(where, backendId);
    const { clock, core } = this.#deps;
    const known = this.#known.get(key);
    const isFresh =
      known !== undefined && clock.now() < known.freshUntil && known.instance === core.instance;
    if (isFresh) return known;
    const answer = this.#ask(where, backendId);
    const askedAt = clock.now();
    const asked: Known = {
      ...{ answer, askedAt, freshUntil: askedAt + CAPABILITIES_REFRESH_MS },
      ...{ instance: core.instance, value: undefined, hasFailed: false },
    };
    // What is old stands until there is an answer.
    if (known?.instance === core.instance) asked.value = known?.value;
    this.#known.set(key, asked);
    answer.then(
      (value) => {
        asked.value = value;
        asked.instance = core.instance;
      },
      () => this.#failed(key, asked),
    );
    return asked;
  }

  /** Whoever asks next asks core again, at once only if that costs no time. */
  #failed(key: string, asked: Known): void {
    const { clock, core } = this.#deps;
    const now = clock.now();
    if (now - asked.askedAt >= CAPABILITIES_WAIT_MS) {
      asked.hasFailed = true;
      asked.instance = core.instance;
      asked.freshUntil = now + CAPABILITIES_RETRY_MS;
    } else if (this.#known.get(key) === asked) this.#known.delete(key);
  }

  async #ask(where: Conversation, backendId: string): Promise<Capabilities> {
    const { core, ofBackend, ofChannel } = this.#deps;
    if (core.hasMessages === false) return NONE;
    if ("userId" in where) return ofBackend(backendId);
    try {
      return await ofChannel(where.channelId);
    } catch (reason) {
      const { code, message } = SeabirdError.from(reason);
      // The bot need not be in a channel to send there.
      if (code !== "not_found" || message !== "channel not found") throw reason;
      return ofBackend(backendId);
    }
  }
}

/** In private a backend can do the same with everybody. */
function keyOf(where: Conversation, backendId: string): string {
  return "channelId" in where ? `channel ${where.channelId}` : `backend ${backendId}`;
}
