/** Whether a plugin or backend is connected to core. */
import type { LinkState } from "@seabird-chat/sdk";

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
