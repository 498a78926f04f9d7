/** The options of calls, and their form on the wire. Pure. */
import { inspect } from "node:util";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SendOptionsSchema } from "@seabird-chat/protocol";
import { argumentError } from "./call-site.ts";
import { type MessageReference, referenceToWire } from "./message-reference.ts";

export interface CallOptions {
  /** Cancels the call; the action may happen all the same. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds; whole numbers from 1, else `bad_option`. Default: the client's
   * `callTimeoutMs`. Core has a limit of its own, 10 s unless changed.
   */
  readonly timeoutMs?: number | undefined;
}

export interface ActionOptions extends CallOptions {
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Another name and picture to send under. */
export interface Persona {
  /** Some networks tell personas apart by it. Default: none. */
  readonly id?: string | undefined;
  readonly displayName: string;
  readonly avatarUrl?: string | undefined;
}

/**
 * What a network cannot do of these, core replaces (protocol: degrading), and the result's
 * `degraded` names it. A core without the messages extension: see each.
 */
export interface SendOptions extends ActionOptions {
  /** The message that this one answers; one with an empty `id` is left out. Needs the extension. */
  readonly replyTo?: MessageReference | undefined;
  /** With `replyTo`: begins a thread at that message. Default: false. Needs the extension. */
  readonly startThread?: boolean | undefined;
  /** Needs the extension, and the token the scope `persona`. */
  readonly persona?: Persona | undefined;
  /** The referrer of the message that this one answers. Left out without the extension. */
  readonly referrer?: string | undefined;
  /**
   * 1 to 64 bytes: core sends what is repeated with the same key once, for 10 minutes. Default: a
   * random one for each call. Left out without the extension.
   */
  readonly idempotencyKey?: string | undefined;
}

export const CALL_OPTIONS: readonly string[] = ["signal", "timeoutMs"];
export const ACTION_OPTIONS: readonly string[] = [...CALL_OPTIONS, "tags"];
export const SEND_OPTIONS: readonly string[] = [
  ...ACTION_OPTIONS,
  ...["replyTo", "startThread", "persona", "referrer", "idempotencyKey"],
];

export function tagsOf(options: ActionOptions | undefined): { tags: Record<string, string> } {
  return { tags: { ...options?.tags } };
}

const MAX_KEY_BYTES = 64;

/**
 * Throws `bad_option` for what code without types gives, for what has no effect, and for a key that
 * core would refuse.
 */
export function checkSendOptions(options: SendOptions): void {
  const { replyTo, startThread, persona, idempotencyKey } = options;
  if (replyTo !== undefined && typeof Object(replyTo).id !== "string") {
    const what = `replyTo is ${inspect(replyTo)}; give { id } of a message`;
    throw argumentError("bad_option", what);
  }
  const author = replyTo?.author;
  if (author !== undefined && typeof Object(author).id !== "string") {
    const what = `the author of replyTo is ${inspect(author)}; give { id, displayName }`;
    throw argumentError("bad_option", what);
  }
  if (startThread !== undefined && typeof startThread !== "boolean") {
    const what = `startThread is ${inspect(startThread)}; give true or false`;
    throw argumentError("bad_option", what);
  }
  if (startThread === true && replyTo === undefined) {
    const what = "startThread needs replyTo, the message at which the thread begins";
    throw argumentError("bad_option", what);
  }
  if (persona !== undefined && typeof Object(persona).displayName !== "string") {
    const what = `persona is ${inspect(persona)}; give { displayName }`;
    throw argumentError("bad_option", what);
  }
  if (idempotencyKey !== undefined) checkKey(idempotencyKey);
}

function checkKey(key: string): void {
  const bytes = typeof key === "string" ? Buffer.byteLength(key) : 0;
  if (bytes >= 1 && bytes <= MAX_KEY_BYTES) return;
  const what = typeof key === "string" ? `has ${bytes} bytes` : `is ${String(key)}`;
  throw argumentError("bad_option", `idempotencyKey ${what}; allowed: 1 to ${MAX_KEY_BYTES}`);
}

/** The first option that only a core with the messages extension can carry. */
export function extensionOptionOf(options: SendOptions): string | undefined {
  if (isReply(options)) return "replyTo";
  return options.persona === undefined ? undefined : "persona";
}

/** Undefined if there are none. */
export function sendOptionsToWire(
  options: SendOptions,
  idempotencyKey: string | undefined,
): MessageInitShape<typeof SendOptionsSchema> | undefined {
  const { replyTo, startThread = false, persona, referrer } = options;
  const parts = {
    ...(isReply(options) && replyTo && { replyTo: referenceToWire(replyTo), startThread }),
    ...(persona && { persona: personaToWire(persona) }),
    ...(referrer ? { referrer } : {}),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
  return Object.keys(parts).length === 0 ? undefined : parts;
}

function isReply({ replyTo }: SendOptions): boolean {
  return replyTo !== undefined && replyTo.id !== "";
}

function personaToWire({ id = "", displayName, avatarUrl = "" }: Persona) {
  return { id, displayName, avatarUrl };
}
