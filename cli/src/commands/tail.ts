/** `seabird tail`: messages and events, as they happen. */
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { KIND_NAMES, readKind } from "../client/event-line.ts";
import type { TailOptions } from "../client/tail.ts";
import { CliError } from "../process/cli-error.ts";
import { collect, contextOf, withConnection } from "./context.ts";

export function addTail(program: Command): void {
  withConnection(program.command("tail"))
    .description("show messages and events live (scope read, and private for private messages)")
    .option(
      "--kind <kind>",
      `only these: ${KIND_NAMES.join(", ")}; repeatable (all but typing)`,
      collectKind,
      [],
    )
    .option("--channel <id>", "only this channel, by id or name; repeatable", collectFilter, [])
    .option(
      "--backend <id>",
      "only this backend, as irc://seabird or irc; repeatable",
      collectFilter,
      [],
    )
    .option(
      "--sender <who>",
      "only this person or token, by name or id; repeatable",
      collectFilter,
      [],
    )
    .option("--ids", "show the ids of messages, as `edit`, `delete` and `react` take them")
    .option(
      "--no-refused",
      "leave out sends that their network refused; others come a little later",
    )
    .option("--count <n>", "end after so many events", readCount)
    .option("--no-retry", "end when core is not there or goes away (exit code 3)")
    .action(async (options: TailOptions, command: Command) => {
      const { output, settings } = contextOf(command);
      const found = settings();
      const { tail } = await import("../client/tail.ts");
      await tail(found, output, options);
    });
}

function collectKind(value: string, before: TailOptions["kind"]): TailOptions["kind"] {
  const kinds = value.split(",").map((text) => {
    const kind = readKind(text);
    if (kind !== undefined) return kind;
    const choices = `choose from ${KIND_NAMES.join(", ")}`;
    throw new CliError(EXIT.usage, `${JSON.stringify(text)} is no kind of event`, choices);
  });
  return [...before, ...kinds];
}

/** Nothing would fit an empty one. */
function collectFilter(value: string, before: readonly string[]): readonly string[] {
  if (value !== "") return collect(value, before);
  throw new CliError(EXIT.usage, "an empty filter", "leave the option out, or give it a value");
}

function readCount(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new CliError(EXIT.usage, `--count ${JSON.stringify(value)} is no number from 1`);
}
