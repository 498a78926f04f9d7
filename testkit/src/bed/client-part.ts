/** A client of the SDK as a part of a bed: a played network, or the test in a plugin's place. */
import type { LinkState } from "@seabird-chat/sdk";
import { LinkWatch } from "./link-watch.ts";
import type { Part, Stage } from "./stage.ts";

/** What all clients that hold a stream have. It connects by itself, from its making on. */
export interface StreamClient {
  ready(): Promise<void>;
  states(): AsyncIterable<LinkState>;
  close(): Promise<void>;
}

export class ClientPart implements Part {
  readonly name: string;
  readonly kind: Part["kind"];
  readonly #client: StreamClient;
  readonly #stage: Stage;
  readonly #link: LinkWatch;

  constructor(name: string, kind: Part["kind"], client: StreamClient, stage: Stage) {
    this.name = name;
    this.kind = kind;
    this.#client = client;
    this.#stage = stage;
    this.#link = new LinkWatch(client.states());
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  start(): Promise<void> {
    return this.#stage.stillness.drive(`start of ${this.kind} ${this.name}`, this.#client.ready());
  }

  close(): Promise<void> {
    return this.#stage.stillness.drive(`end of ${this.kind} ${this.name}`, this.#client.close());
  }
}
