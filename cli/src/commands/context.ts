/** What every command gets: where to write, which core to ask. And the options for that. */
import type { Command } from "commander";
import type { Clients, RefusedHint } from "../client/clients.ts";
import { type ConnectionOptions, resolveSettings, type Settings } from "../client/settings.ts";
import { Output } from "../terminal/output.ts";

export interface Context {
  readonly output: Output;
  /** Looked up when first asked for, so that wrong ones only stop the commands that need them. */
  settings(): Settings;
  /**
   * Runs the work with clients of that core; failures are explained. `onRefused`: the next step if
   * the backend refuses it, or none.
   */
  ask<T>(work: (clients: Clients) => Promise<T>, onRefused?: RefusedHint): Promise<T>;
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option("--json", "one JSON document on stdout, errors as JSON on stderr");
}

/** Adds `--url`, `--token`, `--token-file` and `--json`. */
export function withConnection(command: Command): Command {
  return withJson(
    command
      .option("--url <url>", "the core to talk to (SEABIRD_HOST)")
      .option("--token <token>", "its token; other users see arguments, so rather use a file")
      .option("--token-file <path>", "a file with the token (SEABIRD_TOKEN, SEABIRD_TOKEN_FILE)"),
  );
}

/** Reads the options of `withConnection` or `withJson`. */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<ConnectionOptions & { json?: boolean }>();
  const settings = () => resolveSettings(options);
  return {
    output: new Output(options.json === true),
    settings,
    async ask(work, onRefused) {
      const found = settings();
      const { withClients } = await import("../client/clients.ts");
      return await withClients(found, work, onRefused);
    },
  };
}

/** For an option that may be repeated; values are not split, since they may hold commas. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** For an option that may be repeated, or hold several names with commas between them. */
export function collectNames(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",").filter(Boolean)];
}
