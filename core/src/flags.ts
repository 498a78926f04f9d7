/** The flags, for node:util's parseArgs: it is enough for them, and loads in no time. */
import { ALL_SETTINGS, flagOf } from "./settings.ts";

interface FlagOption {
  readonly type: "string";
}

/** One option for each setting that has a flag. */
export const FLAG_OPTIONS: Readonly<Record<string, FlagOption>> = Object.fromEntries(
  ALL_SETTINGS.filter(({ flag }) => flag).map(({ name }) => [flagOf(name), { type: "string" }]),
);
