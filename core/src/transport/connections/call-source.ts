/**
 * Whoever calls are queued and counted for: the peer of a connection, or behind a trusted proxy each
 * of its clients.
 */
import type { Authenticator } from "../../auth/principal.ts";
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import type { AddressAccount } from "./address-accounts.ts";
import { AuthCache } from "./auth-cache.ts";
import { CallQueue, type CallScheduler } from "./call-scheduler.ts";
import { Standing } from "./standing.ts";

export interface CallSource {
  readonly authCache: AuthCache;
  readonly standing: Standing;
  /** Where its calls wait for their turn. */
  readonly queue: CallQueue;
  /** Where its calls of health wait. While it has a token, health is a call as others. */
  readonly healthQueue: CallQueue;
}

const HEALTH_SERVICE = "/grpc.health.v1.Health/";

/** Where a call or request of this path waits. Health is answered however busy core is. */
export function queueOf(source: CallSource, path: string): CallQueue {
  const isHealth = path === "/healthz" || path === "/readyz" || path.startsWith(HEALTH_SERVICE);
  return isHealth ? source.healthQueue : source.queue;
}

export interface CallSourceDeps {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly scheduler: CallScheduler;
}

/** That of an HTTP/1.1 connection, or of a proxy's client; an HTTP/2 connection is one itself. */
export class PeerSource implements CallSource {
  readonly authCache: AuthCache;
  readonly standing: Standing;
  readonly queue = new CallQueue("unauthenticated");
  #healthQueue: CallQueue | undefined;

  /** `exceeded`: it has done too much; absent: that has no end but to wait for its turns. */
  constructor(deps: CallSourceDeps, account: AddressAccount, exceeded?: () => void) {
    const { authenticator, clock, limits, scheduler } = deps;
    this.standing = new Standing({
      account,
      authenticator,
      clock,
      limits,
      exceeded,
      changed: (isAuthenticated) => {
        const priority = isAuthenticated ? "authenticated" : "unauthenticated";
        scheduler.changePriority(this.queue, priority);
      },
    });
    this.authCache = new AuthCache(authenticator, clock, this.standing);
  }

  get healthQueue(): CallQueue {
    if (this.standing.isAuthenticated) return this.queue;
    this.#healthQueue ??= new CallQueue("health");
    return this.#healthQueue;
  }

  /** Its connection is closed, or it is forgotten. Idempotent. */
  close(): void {
    this.authCache.close();
    this.standing.close();
  }
}
