/** What `testbed()` takes, and what is wrong with it. */
import type { Plugin } from "@seabird-chat/sdk";
import type { HarnessOptions } from "./harness.ts";
import type { NetworkFeature } from "./network-features.ts";
import type { NetworkOptions } from "./scripted-network.ts";

export interface TestbedOptions extends HarnessOptions {
  /** Started in this order, each with its own token. */
  readonly plugins: readonly Plugin[];
  /** The plugins' settings, by the plugin's name. Default: none. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Networks, as `type/id` or with settings. Default: `irc/libera`. The first is the default. */
  readonly backends?: readonly (string | NetworkOptions)[] | undefined;
  /**
   * What the networks cannot do, or do not report, by the names of `ctx.can`: `edit`, `react`,
   * `message_ids`. Core then degrades or refuses as it does outside of tests. Default: nothing.
   */
  readonly without?: readonly NetworkFeature[] | undefined;
  /**
   * Whether plugins ignore a user after ten exchanges in a row, as outside of tests. Default:
   * false, because on a clock that stands still everybody answers as fast as a bot.
   */
  readonly ignoreLoops?: boolean | undefined;
}

export const TESTBED_OPTIONS: readonly string[] = [
  ...["plugins", "config", "backends", "without", "ignoreLoops"],
  ...["seed", "startAt", "core", "timeoutMs"],
];

/** Settings for a plugin that is not there are a mistake of the test. */
export function checkConfig(
  plugins: readonly Plugin[],
  config: Readonly<Record<string, unknown>>,
): void {
  const names = plugins.map(({ name }) => name);
  const unknown = Object.keys(config).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`config has "${unknown}", but the plugins are ${names.join(", ")}`);
}
