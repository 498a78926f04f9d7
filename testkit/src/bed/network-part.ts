/** A played network of a bed, as one of its parts. */
import type { BackendClient } from "@seabird/sdk/backend";
import { LinkWatch } from "./link-watch.ts";
import type { ScriptedNetwork } from "./scripted-network.ts";
import type { Part, Stage } from "./stage.ts";

export class NetworkPart implements Part {
  readonly kind = "backend";
  readonly script: ScriptedNetwork;
  readonly #stage: Stage;
  readonly #client: BackendClient;
  readonly #link: LinkWatch;

  /** It connects at once, so that channels can be joined before all is up. */
  constructor(script: ScriptedNetwork, stage: Stage) {
    this.script = script;
    this.#stage = stage;
    this.#client = script.start(stage.optionsFor(script.name, [`backend:${script.name}`]));
    this.#link = new LinkWatch(this.#client.states());
  }

  get name(): string {
    return this.script.name;
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  start(): Promise<void> {
    return this.#stage.stillness.drive(`start of backend ${this.name}`, this.#client.ready());
  }

  close(): Promise<void> {
    return this.#stage.stillness.drive(`end of backend ${this.name}`, this.#client.close());
  }
}
