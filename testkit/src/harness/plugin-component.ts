/** A plugin as a component of a harness; it can be started again. */
import { type Plugin, type RunningPlugin, type StartOptions, startPlugin } from "@seabird-chat/sdk";
import { LinkWatch } from "./client-component.ts";
import type { Component, Harness } from "./harness.ts";

export interface PluginComponentOptions {
  readonly config: unknown;
  readonly ignoreLoops: boolean;
}

export class PluginComponent implements Component {
  readonly kind = "plugin";
  readonly plugin: Plugin;
  readonly #options: StartOptions;
  readonly #harness: Harness;
  #running: RunningPlugin | undefined;
  #link: LinkWatch | undefined;
  #failure: Error | undefined;
  #unwatch: readonly (() => void)[] = [];

  constructor(plugin: Plugin, { config, ignoreLoops }: PluginComponentOptions, harness: Harness) {
    this.plugin = plugin;
    this.#options = {
      ...harness.optionsFor(plugin.name, ["plugin", ...plugin.needs]),
      config,
      ...(ignoreLoops ? {} : { constants: { loopExchanges: Number.POSITIVE_INFINITY } }),
    };
    this.#harness = harness;
  }

  get name(): string {
    return this.plugin.name;
  }

  get isUp(): boolean {
    return this.#link?.isUp === true;
  }

  /** Resolves when events flow to it. */
  async start(): Promise<void> {
    const running = this.#harness.realTimers.watch(() => startPlugin(this.plugin, this.#options));
    this.#running = running;
    this.#link = new LinkWatch(running.states());
    this.#unwatch = [
      running.onActivity(() => this.#harness.idle.tick()),
      this.#harness.idle.watch(() => busyLines(running)),
    ];
    running.ended().catch((reason: unknown) => {
      this.#failure = reason instanceof Error ? reason : new Error(String(reason));
    });
    await this.#harness.idle.drive(`start of plugin ${this.name}`, running.ready());
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    try {
      await this.#harness.idle.drive(`end of plugin ${this.name}`, running.close());
    } finally {
      for (const undo of this.#unwatch) undo();
    }
    if (this.#failure === undefined) return;
    throw new Error(`plugin ${this.name} had ended: ${this.#failure.message}`);
  }
}

function busyLines(plugin: RunningPlugin): readonly string[] {
  const { running, queued } = plugin.activity();
  return [
    ...(running > 0 ? [`${running} handlers of plugin ${plugin.name}`] : []),
    ...(queued > 0 ? [`${queued} events that wait for plugin ${plugin.name}`] : []),
  ];
}
