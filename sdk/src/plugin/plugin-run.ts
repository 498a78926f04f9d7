/** One run of a plugin, from start to close. */
import { SeabirdError } from "../link/errors.ts";
import type { LinkState } from "../link/link.ts";
import type { Plugin } from "./plugin.ts";
import type { Activity, RunningPlugin, StartOptions } from "./start-plugin.ts";

export class PluginRun implements RunningPlugin {
  readonly name: string;

  constructor(plugin: Plugin, _options: StartOptions) {
    this.name = plugin.name;
  }

  async ready(): Promise<void> {
    throw new SeabirdError("unimplemented", "not yet");
  }
  async ended(): Promise<void> {}
  async *states(): AsyncIterable<LinkState> {}
  activity(): Activity {
    return { queued: 0, running: 0, waiting: 0 };
  }
  onActivity(): () => void {
    return () => {};
  }
  async close(): Promise<void> {}
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
