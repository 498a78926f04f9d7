/** `backend()`: how a connection to a chat network is written. */
import type { Block } from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import type { SettingsSchema } from "../program/check-settings.ts";
import { KIND, type OfKind } from "../program/component-kind.ts";
import type { BackendChannel } from "./channels.ts";
import type { BackendHost } from "./host.ts";
import type { ProbeHost } from "./probe.ts";
import type { SendKind } from "./send-kinds.ts";
import { validateSpec } from "./validate-spec.ts";

/** Where something is to be said. The id is the network's own. */
export interface Target {
  readonly kind: "channel" | "user";
  readonly id: string;
}

/** What a request brings along. */
export interface RequestInfo {
  /** The request's own name in core, used once and never again. */
  readonly requestId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Aborted when nobody waits for the answer any more: core is gone, or time is up. */
  readonly signal: AbortSignal;
  /** By `host.clock.now()`. */
  readonly receivedAtMs: number;
  /** When core gives up, unless it was set otherwise: 10 s after it asked. */
  readonly deadlineMs: number;
}

/** What is to be said. */
export interface OutgoingMessage extends RequestInfo {
  readonly kind: "message" | "action";
  /** Without formatting. */
  readonly text: string;
  /** The same with its formatting; always there. */
  readonly block: Block;
}

type Awaitable<T> = T | Promise<T>;

/**
 * A connection to the network. All but `close` may be missing: a request without a function for it
 * is answered Failed, as in "campfire cannot set topics".
 *
 * Requests are begun in the order of arrival and may run at the same time (`perChannelQueue`
 * keeps an order). A request is done when its promise resolves; what it throws becomes Failed
 * with the error's message (see `Refused`).
 */
export interface BackendConnection<Config = unknown> {
  /** Says something; resolves when the network has taken it. */
  send?(to: Target, message: OutgoingMessage): Awaitable<unknown>;
  /** Answers the channel, which is then announced, or nothing if `channels.joined` tells of it. */
  // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  join?(name: string, request: RequestInfo): Awaitable<BackendChannel | undefined | void>;
  /** `reason` is empty if none was given. The channel is left when it resolves. */
  leave?(id: string, reason: string, request: RequestInfo): Awaitable<unknown>;
  /** Unless `channels.changed` has told otherwise, the topic is the one asked for. */
  setTopic?(id: string, topic: string, request: RequestInfo): Awaitable<unknown>;
  /** Besides what the SDK tells (protocol: GetBackendInfo), or instead of it. */
  metadata?(): Awaitable<Readonly<Record<string, string>>>;
  /** Takes new settings without a reconnect. Missing: they need a restart. */
  reconfigure?(config: Config): Awaitable<unknown>;
  /**
   * Settles when the connection is over, by rejecting with the reason. The SDK then connects
   * again, after a pause of 0.5 s to 30 s; not after a `Fatal`. Missing: it cannot be lost.
   */
  readonly closed?: Promise<unknown> | undefined;
  /** Leaves the network. Called once; 5 s at most. */
  close(): Awaitable<unknown>;
}

export interface BackendSpec<Config = unknown> {
  /** In one line, what it connects. */
  readonly help?: string | undefined;
  /** A schema of the settings, of zod or any other library of Standard Schema. */
  readonly config?: SettingsSchema<Config> | undefined;
  /** What commands begin with. Default: `!`. */
  readonly commandPrefix?: string | ((config: Config) => string) | undefined;
  /** Kinds of blocks that it renders, such as `bold` (protocol: Block). Default: none. */
  readonly formats?: readonly string[] | undefined;
  /** Bytes of text that fit in one message of the network, if it has such a limit. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * `verified` if the network vouches that a user's id is always the same person. Default:
   * `unverified`, as where anybody may take a free name.
   */
  readonly userIds?: "verified" | "unverified" | undefined;
  /** What `send` does. Default: all four. */
  readonly sends?: readonly SendKind[] | undefined;
  /** The backend's version. Default: the SDK's. */
  readonly version?: string | undefined;
  /** Milliseconds that `connect` may take. Default: 60,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds that a request may take. Default: 12,000; core gives up after 10 s. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Connects to the network. Rejects if that fails: the SDK tries again, unless it was a `Fatal`.
   */
  connect(host: BackendHost<Config>): Awaitable<BackendConnection<Config>>;
  /**
   * Tries the connection with settings that were checked, for `--probe` and `seabird init`:
   * connects, logs in and leaves; says nothing, and joins nothing that people see. Resolves with a
   * line about who answered, such as `irc.example.org welcomes bird`; rejects with a
   * `ProbeFailure`, or any error. It is given 20 s. Missing: the settings alone are checked.
   */
  probe?(config: Config, host: ProbeHost): Promise<string>;
}

/** What `backend()` makes. Whoever holds it may start it: `seabird backend FILE` does. */
export interface BackendDefinition<Config = unknown>
  extends OfKind<"backend">,
    BackendSpec<Config> {
  readonly type: string;
}

/**
 * Declares a backend for the networks of a type, such as `irc`. Nothing runs yet.
 *
 * Throws a SeabirdError `bad_option` for a spec that cannot work.
 */
export function backend<Config = Readonly<Record<string, never>>>(
  type: string,
  spec: BackendSpec<Config>,
): BackendDefinition<Config> {
  if (typeof type !== "string" || !/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(type)) {
    const what = `a backend's type is ${JSON.stringify(type)}; give letters, digits and -, such as "irc"`;
    throw new SeabirdError("bad_option", what);
  }
  const problem = validateSpec(spec);
  if (problem !== undefined) throw new SeabirdError("bad_option", `backend "${type}" ${problem}`);
  return Object.freeze({ ...spec, type, [KIND]: "backend" as const });
}
