/** A plugin of a bed, which can be started again. */
import { type Plugin, type RunningPlugin, type StartOptions, startPlugin } from "@seabird/sdk";
import type { Stillness } from "../time/stillness.ts";
import { LinkWatch } from "./link-watch.ts";

export class PluginPart {
  readonly plugin: Plugin;
  readonly #options: StartOptions;
  readonly #stillness: Stillness;
  #running: RunningPlugin | undefined;
  #link: LinkWatch | undefined;
  #unwatch: readonly (() => void)[] = [];

  constructor(plugin: Plugin, options: StartOptions, stillness: Stillness) {
    this.plugin = plugin;
    this.#options = options;
    this.#stillness = stillness;
  }

  get name(): string {
    return this.plugin.name;
  }

  get isUp(): boolean {
    return this.#link?.isUp === true;
  }

  /** Resolves when events flow to it. */
  async start(): Promise<void> {
    const running = startPlugin(this.plugin, this.#options);
    this.#running = running;
    this.#link = new LinkWatch(running.states());
    this.#unwatch = [
      running.onActivity(() => this.#stillness.tick()),
      this.#stillness.watch(() => busyLines(running)),
    ];
    running.ended().catch(() => undefined);
    await this.#stillness.drive(`start of plugin ${this.name}`, running.ready());
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    try {
      await this.#stillness.drive(`end of plugin ${this.name}`, running.close());
    } finally {
      for (const undo of this.#unwatch) undo();
    }
  }
}

function busyLines(plugin: RunningPlugin): readonly string[] {
  const { running, queued } = plugin.activity();
  return [
    ...(running > 0 ? [`${running} handlers of plugin ${plugin.name}`] : []),
    ...(queued > 0 ? [`${queued} events that wait for plugin ${plugin.name}`] : []),
  ];
}
