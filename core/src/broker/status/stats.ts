/** A broker's current sizes, for gauges. */

import type { RateLimiter } from "../actions/rate-limiter.ts";
import type { Requests } from "../actions/requests.ts";
import type { Backends } from "../registries/backends.ts";
import type { Commands } from "../registries/commands.ts";
import type { EventBus } from "../streams/event-bus.ts";
import type { StatusFeed } from "./status-feed.ts";

export interface BrokerStats {
  readonly eventStreams: number;
  readonly backends: number;
  readonly channels: number;
  readonly commands: number;
  readonly requestsInFlight: number;
  readonly requestsQueued: number;
  readonly requestBytesQueued: number;
  /** The sequence number of the newest event; 0 before the first. */
  readonly lastSequence: number;
  /** Bytes of the events that some stream has yet to take. */
  readonly eventLogBytes: number;
  /** Events that the stream furthest behind has yet to take. */
  readonly mostQueuedEvents: number;
  readonly statusWatchers: number;
  readonly ratedTokens: number;
}

export interface StatsSources {
  readonly backends: Backends;
  readonly commands: Commands;
  readonly events: EventBus;
  readonly feed: StatusFeed;
  readonly rateLimiter: RateLimiter;
  readonly requests: Requests;
}

export function brokerStats(counted: StatsSources): BrokerStats {
  const { backends, commands, events, feed, rateLimiter, requests } = counted;
  const each = [...backends.all()].map((backend) => backend.status());
  return {
    eventStreams: events.size,
    backends: backends.size,
    channels: each.reduce((sum, { channels }) => sum + channels, 0),
    commands: commands.size,
    requestsInFlight: requests.size,
    requestsQueued: each.reduce((sum, { requestsQueued }) => sum + requestsQueued, 0),
    requestBytesQueued: backends.queuedBytes,
    lastSequence: events.lastSequence,
    eventLogBytes: events.retainedBytes,
    mostQueuedEvents: events.mostQueuedEvents,
    statusWatchers: feed.size,
    ratedTokens: rateLimiter.size,
  };
}
