/** The connection to a homeserver: finds it, logs in, and follows `/sync`. Knows nothing of Seabird. */
import { type Clock, pause } from "@seabird-chat/sdk/backend";
import { findHomeserver, NoHomeserver } from "./connection/homeserver.ts";
import { type LoginOptions, LoginRefused, logIn, tokenRefused } from "./connection/login.ts";
import { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError, MatrixUnreachable } from "./connection/matrix-error.ts";
import type { SavedSession } from "./connection/saved-session.ts";
import { readSync, type SyncResponse } from "./connection/sync-response.ts";

export type ConnectionStatus =
  | { readonly status: "connecting"; readonly attempt: number }
  | { readonly status: "logged_in"; readonly userId: string; readonly baseUrl: string }
  /** The first answer of `/sync`, also after it was lost. */
  | { readonly status: "welcomed" }
  | { readonly status: "lost"; readonly reason: string; readonly retryInMs: number }
  | { readonly status: "problem"; readonly reason: string };

/** How an answer of `/sync` came. */
export interface SyncOrigin {
  /** The first one without a position: all in it is older than the connection. */
  readonly isFirst: boolean;
  /** What it has may be old: it is the first after a start or after an outage. */
  readonly isCatchUp: boolean;
}

export interface ConnectionHooks {
  status(status: ConnectionStatus): void;
  /** The next answer is asked for when it resolves. */
  synced(response: SyncResponse, origin: SyncOrigin): Promise<void>;
  /** Resolves when nothing that was heard waits any more, with whether core has it: its position is kept then. */
  delivered(): Promise<boolean>;
  /** The position that was kept is of no use any more. */
  positionLost(reason: string): void;
}

export interface ConnectionDeps {
  readonly saved: SavedSession;
  readonly hooks: ConnectionHooks;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Milliseconds that the server waits for news. */
const POLL_MS = 30_000;
/** Milliseconds between answers after which a machine must have slept. */
const SLEPT_MS = 75_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
/** A server that limits for longer is asked after that all the same. */
const MAX_LIMIT_MS = 10 * 60_000;
/** Events of a room in one answer; if there were more since the last one, the rest is missing. */
const TIMELINE_EVENTS = 100;

const ROOM_STATE = ["name", "topic", "canonical_alias", "power_levels", "create"]
  .concat(["encryption", "tombstone", "member"])
  .map((name) => `m.room.${name}`);

function filterOf(timelineEvents: number): string {
  const nothing = { not_types: ["*"] };
  return JSON.stringify({
    presence: nothing,
    account_data: { types: ["m.direct"] },
    room: {
      account_data: nothing,
      ephemeral: { types: ["m.typing"] },
      // What was sent before a restart is not known after it.
      state: { types: ROOM_STATE, lazy_load_members: true, include_redundant_members: true },
      timeline: { limit: timelineEvents },
    },
  });
}

const FILTER = filterOf(TIMELINE_EVENTS);
const FIRST_FILTER = filterOf(1);

export class MatrixConnection {
  readonly #login: LoginOptions;
  readonly #deps: ConnectionDeps;
  #client: MatrixClient | undefined;
  #failures = 0;
  #isLost = true;
  /** Of the newest answer that was handled. */
  #handled: string | undefined;
  #keeping: Promise<void> | undefined;

  constructor(login: LoginOptions, deps: ConnectionDeps) {
    this.#login = login;
    this.#deps = deps;
  }

  /** Resolves when the bot is logged in, however long that takes. Rejects with LoginRefused, or when it is ended. */
  async logIn(): Promise<{ readonly client: MatrixClient; readonly userId: string }> {
    const { clock, hooks, random, saved, signal } = this.#deps;
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      hooks.status({ status: "connecting", attempt });
      try {
        const client = this.#client ?? new MatrixClient({ ...(await this.#find()), clock, random });
        const { userId } = await logIn(client, this.#login, saved, { signal });
        this.#client = client;
        hooks.status({ status: "logged_in", userId, baseUrl: client.baseUrl });
        return { client, userId };
      } catch (reason) {
        await this.#lost(reason, attempt);
      }
    }
  }

  async #find(): Promise<{ readonly baseUrl: string }> {
    try {
      return await findHomeserver(this.#login.homeserver, this.#deps.signal);
    } catch (reason) {
      if (reason instanceof NoHomeserver) throw new LoginRefused(reason.message, "homeserver");
      throw reason;
    }
  }

  /** Follows `/sync` until it is ended; rejects with LoginRefused if the login is no longer valid. */
  async run(): Promise<void> {
    const { saved, signal } = this.#deps;
    let position = saved.current?.position;
    let isFull = true;
    let answeredAtMs = 0;
    while (!signal.aborted) {
      try {
        const response = await this.#sync(position, isFull);
        const wallMs = this.#deps.clock.wallMs();
        const hasSlept = wallMs - answeredAtMs > SLEPT_MS;
        const origin = {
          isFirst: position === undefined,
          isCatchUp: isFull || this.#failures > 0 || hasSlept,
        };
        this.#answered();
        // Not behind the handling, which waits while core is away: what comes meanwhile grows old too.
        answeredAtMs = wallMs;
        await this.#handle(response, origin);
        position = response.position;
        isFull = false;
        this.#keep(position);
      } catch (reason) {
        if (signal.aborted) return;
        if (isBadPosition(reason, position)) {
          position = undefined;
          isFull = true;
          this.#deps.hooks.positionLost(errorText(reason));
        } else await this.#recover(reason);
      }
    }
  }

  async #sync(position: string | undefined, isFull: boolean): Promise<SyncResponse> {
    const { signal } = this.#deps;
    const filter = position === undefined ? FIRST_FILTER : FILTER;
    // After a failure the first answer says whether it is over.
    const timeoutMs = isFull || this.#failures > 0 ? 0 : POLL_MS;
    const isFullState = isFull && position !== undefined;
    const client = this.#client as MatrixClient;
    const answer = await client.sync({ since: position, filter, timeoutMs, isFullState }, signal);
    const response = readSync(answer);
    if (response !== undefined) return response;
    throw new MatrixUnreachable("an answer of /sync has no position");
  }

  /** What has not reached core when the program crashes is asked for again. */
  #keep(position: string): void {
    const { hooks, saved } = this.#deps;
    this.#handled = position;
    this.#keeping ??= hooks.delivered().then((isWithCore) => {
      this.#keeping = undefined;
      if (isWithCore) saved.change({ position: this.#handled });
    });
  }

  #answered(): void {
    this.#failures = 0;
    if (!this.#isLost) return;
    this.#isLost = false;
    if (this.#client !== undefined) this.#client.isAway = false;
    this.#deps.hooks.status({ status: "welcomed" });
  }

  /** A fault in what was heard must not stop what comes later. */
  async #handle(response: SyncResponse, origin: SyncOrigin): Promise<void> {
    const { hooks, signal } = this.#deps;
    try {
      await hooks.synced(response, origin);
    } catch (reason) {
      signal.throwIfAborted();
      const why = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
      hooks.status({ status: "problem", reason: why });
    }
  }

  /** Waits until it may be tried again; logs in again where the token has ended. */
  async #recover(reason: unknown): Promise<void> {
    const refused = reason instanceof MatrixError ? tokenRefused(reason) : undefined;
    if (refused !== undefined) {
      if (this.#login.accessToken !== undefined) throw refused;
      this.#isLost = true;
      await this.#lost(reason, ++this.#failures);
      await this.logIn();
      return;
    }
    this.#failures += 1;
    this.#isLost = true;
    await this.#lost(reason, this.#failures);
  }

  async #lost(reason: unknown, failures: number): Promise<void> {
    const { clock, hooks, random, signal } = this.#deps;
    signal.throwIfAborted();
    const isKnown = reason instanceof MatrixError || reason instanceof MatrixUnreachable;
    if (!isKnown) throw reason;
    const ceiling = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
    const retryInMs = Math.max(
      reason instanceof MatrixError ? Math.min(reason.retryAfterMs ?? 0, MAX_LIMIT_MS) : 0,
      Math.round(ceiling / 2 + (ceiling / 2) * random()),
    );
    if (this.#client !== undefined) this.#client.isAway = true;
    hooks.status({ status: "lost", reason: reason.message, retryInMs });
    await pause(clock, retryInMs, signal);
  }
}

/** The server does not know it, such as after it was set up anew. A proxy's refusal has no code. */
function isBadPosition(reason: unknown, position: string | undefined): boolean {
  return (
    position !== undefined &&
    reason instanceof MatrixError &&
    reason.status === 400 &&
    reason.errcode !== ""
  );
}

function errorText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
