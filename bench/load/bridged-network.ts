/** A network on one side of the bridge: people who speak, and a backend that takes everything at once. */
import { silentLog } from "@seabird-chat/sdk";
import {
  type BackendHost,
  backend,
  type RunningBackend,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { newBackendId } from "../shapes/shape.ts";
import type { Peer } from "./peer.ts";

const TYPE = "bench";

export class BridgedNetwork {
  /** Takes what is sent, and never answers. */
  isFrozen = false;
  /** Called with each send that is answered: the channel's number, and the text. */
  onArrival: (channel: number, text: string) => void = () => undefined;
  readonly #id = newBackendId();
  readonly #running: RunningBackend;
  #host: BackendHost | undefined;
  #lastId = 0;

  private constructor(peer: Peer, channels: number) {
    const definition = backend(TYPE, {
      connect: (host) => {
        this.#host = host;
        for (let n = 0; n < channels; n++) host.channels.joined({ id: `${n}` });
        return {
          send: async (to, { text }) => {
            if (this.isFrozen) await new Promise(() => {});
            this.onArrival(Number(to.id), text);
            return { ids: [`s${++this.#lastId}`] };
          },
          close: () => undefined,
        };
      },
    });
    const { url, token } = peer;
    this.#running = startBackend(definition, {
      url: url.href,
      token,
      id: this.#id,
      log: silentLog,
    });
  }

  /** With so many channels, by their numbers; resolves when core knows them. */
  static async start(peer: Peer, channels: number): Promise<BridgedNetwork> {
    const network = new BridgedNetwork(peer, channels);
    await network.#running.ready();
    return network;
  }

  channelId(channel: number): string {
    return `${TYPE}://${this.#id}/${channel}`;
  }

  /** Somebody says something. */
  say(channel: number, text: string): void {
    const user = { id: "ann", displayName: "ann" };
    this.#host?.emit.message({ user, channel: `${channel}`, text, id: `p${++this.#lastId}` });
  }

  async close(): Promise<void> {
    await this.#running.close();
  }
}

/** Links that join the channels of the same number. */
export function linksAcross(networks: readonly BridgedNetwork[], count: number) {
  const channels = (n: number) => networks.map((network) => network.channelId(n));
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`link-${n}`, channels(n)]));
}
