/** A client of the SDK as a component of a harness: a scripted network, or the test as a plugin. */
import type { LinkState } from "@seabird-chat/sdk";
import type { Component, Harness } from "./harness.ts";

/** What all clients that hold a stream have. They connect as soon as they are made. */
export interface StreamClient {
  ready(): Promise<void>;
  states(): AsyncIterable<LinkState>;
  close(): Promise<void>;
}

export class ClientComponent implements Component {
  readonly name: string;
  readonly kind: Component["kind"];
  readonly #client: StreamClient;
  readonly #harness: Harness;
  readonly #link: LinkWatch;

  constructor(name: string, kind: Component["kind"], client: StreamClient, harness: Harness) {
    this.name = name;
    this.kind = kind;
    this.#client = client;
    this.#harness = harness;
    this.#link = new LinkWatch(client.states());
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  start(): Promise<void> {
    return this.#harness.idle.drive(`start of ${this.kind} ${this.name}`, this.#client.ready());
  }

  close(): Promise<void> {
    return this.#harness.idle.drive(`end of ${this.kind} ${this.name}`, this.#client.close());
  }
}

/** Whether a plugin or backend is connected to core. */
export class LinkWatch {
  #state: LinkState["state"] = "connecting";

  constructor(states: AsyncIterable<LinkState>) {
    void this.#watch(states);
  }

  get isUp(): boolean {
    return this.#state === "connected";
  }

  async #watch(states: AsyncIterable<LinkState>): Promise<void> {
    for await (const { state } of states) this.#state = state;
  }
}
