/** `backend()`: how a connection to a chat network is written. */
import { errorMessage } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
import type { SettingsSchema } from "../program/check-settings.ts";
import { KIND, type OfKind } from "../program/component-kind.ts";
import type { Awaitable, BackendConnection } from "./backend-connection.ts";
import type { BackendCapabilities } from "./capabilities.ts";
import { declareCapabilities } from "./declare-capabilities.ts";
import type { CapabilitySource } from "./declared-capabilities.ts";
import type { BackendHost } from "./host.ts";
import type { ProbeHost } from "./probe.ts";
import type { SendKind } from "./requests.ts";
import { validateSpec } from "./validate-spec.ts";

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
  /**
   * What the network can do and what the backend reports, besides the functions that its connection
   * has. Default: nothing. `host.capabilities.set` replaces it for a connection.
   */
  readonly capabilities?: BackendCapabilities | undefined;
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
   * connects, logs in and leaves; sends no message, and joins nothing that people see. Resolves
   * with a line about who answered, such as `irc.example.org welcomes bird`; rejects with a
   * `ProbeFailure`, or any error. It is given 20 s. Missing: the settings alone are checked.
   */
  probe?(config: Config, host: ProbeHost): Promise<string>;
}

/** What `backend()` returns: `startBackend` and `seabird backend FILE` start it. */
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
  checkCapabilities(type, spec);
  return Object.freeze({ ...spec, type, [KIND]: "backend" as const });
}

function checkCapabilities(type: string, spec: CapabilitySource): void {
  try {
    declareCapabilities(spec.capabilities ?? {}, {}, spec);
  } catch (cause) {
    const what = `backend "${type}" cannot have such capabilities: ${errorMessage(cause)}`;
    throw new SeabirdError("bad_option", what, { cause });
  }
}
