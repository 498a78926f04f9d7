/** Makes what `connect` is given, anew for each connection. */
import type { Clock, Random } from "../link/clock.ts";
import type { Log } from "../program/log.ts";
import type { BackendSpec } from "./backend.ts";
import type { BackendClient } from "./backend-client.ts";
import { createEmit } from "./emitter.ts";
import type { BackendHost } from "./host.ts";
import type { JoinedChannels } from "./joined-channels.ts";
import { prefixOf } from "./metadata.ts";
import type { NetworkSession } from "./network.ts";
import type { Self } from "./recognise.ts";

/** What lasts over all connections of one backend. */
export interface HostParts<Config> {
  readonly type: string;
  readonly id: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly client: BackendClient;
  readonly channels: JoinedChannels;
  /** The settings of the moment. */
  readonly config: () => Config;
  readonly spec: BackendSpec<Config>;
  readonly go: Promise<void>;
  readonly leave: () => void;
  readonly onNotice: (callback: (line: string) => void) => () => void;
  self: Self | undefined;
}

export function createHost<Config>(
  parts: HostParts<Config>,
  session: NetworkSession,
): BackendHost<Config> {
  const { type, id, log, clock, random, client, channels, go } = parts;
  const isOver = () => session.ended.aborted;
  const prefix = () => prefixOf(parts.spec, parts.config());
  return {
    ...{ type, id, log, clock, random, go, signal: session.signal },
    get config() {
      return parts.config();
    },
    get self(): Self | undefined {
      return parts.self;
    },
    set self(self: Self | string | undefined) {
      if (!isOver()) parts.self = typeof self === "string" ? { name: self } : self;
    },
    onNotice: (callback) => {
      if (isOver()) return () => undefined;
      const forget = parts.onNotice(callback);
      session.ended.addEventListener("abort", forget, { once: true });
      return forget;
    },
    leave: () => {
      if (!isOver()) parts.leave();
    },
    emit: createEmit({ client, log, prefix, self: () => parts.self, isOver }),
    channels: channels.host(isOver),
    core: {
      get state() {
        return client.state;
      },
      states: () => client.states(),
      ready: () => client.ready(),
    },
  };
}
