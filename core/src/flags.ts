/** The flags, for node:util's parseArgs: it is enough for them, and loads in no time. */
import { flagOf, LIMIT_SETTINGS, SETTINGS, type Setting } from "./settings.ts";

interface FlagOption {
  readonly type: "string";
}

/** One option for each setting that has a flag. */
export const FLAG_OPTIONS: Readonly<Record<string, FlagOption>> = Object.fromEntries(
  ([...SETTINGS, ...LIMIT_SETTINGS] as readonly Setting[])
    .filter((setting) => setting.flag)
    .map((setting) => [flagOf(setting.name), { type: "string" }]),
);
