/** The channels of a network over its reconnects: what was not joined again is left. */
import type { Log } from "../program/log.ts";
import type { BackendClient } from "./backend-client.ts";
import type { BackendChannel } from "./channels.ts";
import type { HostChannels } from "./host.ts";

export class JoinedChannels {
  readonly #client: BackendClient;
  /** From before the reconnect, not joined again so far. */
  #missing = new Set<string>();

  readonly #log: Log;

  constructor(client: BackendClient, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  /** The network is gone, and with it whether we are still in any channel. */
  lost(): void {
    this.#missing = new Set(this.#client.channels.map(({ id }) => id));
  }

  /** For one connection; ignored once `isOver`. */
  host(isOver: () => boolean): HostChannels {
    const client = this.#client;
    const unlessOver =
      <Told>(tell: (told: Told) => void) =>
      (told: Told) => {
        if (!isOver()) this.#guard(() => tell(told));
      };
    return {
      joined: unlessOver((channel) => this.#joined(channel)),
      left: unlessOver((id) => {
        this.#missing.delete(id);
        client.leaveChannel(id);
      }),
      changed: unlessOver((channel) => client.changeChannel(channel)),
      get: (id) => client.channel(id),
      all: () => client.channels,
      settled: () => {
        if (!isOver()) this.settled();
      },
    };
  }

  /** It was joined because core asked for it, and is told as the answer. */
  joinedByRequest(id: string): void {
    this.#missing.delete(id);
  }

  #joined(channel: BackendChannel): void {
    this.#missing.delete(channel.id);
    this.#client.joinChannel(channel);
  }

  /** What a network says must not throw into whoever listens to it. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (reason) {
      this.#log.warn({ error: reason }, "a channel cannot be told, and is left out");
    }
  }

  settled(): void {
    for (const id of this.#missing) this.#client.leaveChannel(id);
    this.#missing.clear();
  }
}
