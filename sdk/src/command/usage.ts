/** How a command is told: its usage in one line, and its help. Pure. */
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";

/** `roll DICE [TIMES] [LABEL…] [--secret]`. */
export function usageOf(command: DeclaredCommand, calledAs = command.name): string {
  const args = (command.args ?? []).map(toldArg);
  return [calledAs, ...args, ...command.flags.map((flag) => `[${toldFlag(flag)}]`)].join(" ");
}

/** Sub-commands told in one line; the full help tells all. */
const MAX_TOLD_SUBS = 16;

/** `game start|stop`. */
export function subUsageOf(calledAs: string, subs: Iterable<string>): string {
  const names = [...subs];
  const told = names.slice(0, MAX_TOLD_SUBS).join("|");
  return `${calledAs} ${told}${names.length > MAX_TOLD_SUBS ? "|…" : ""}`;
}

/** Everything, line by line, without the first line of `help`. */
export function fullHelpOf(command: DeclaredCommand): string {
  const { name, aliases, examples, args = [], flags } = command;
  return [
    `Usage: ${usageOf(command)}`,
    ...args.flatMap(argLine),
    ...flags.map(flagLine),
    ...(aliases.length > 0 ? [`Also: ${aliases.join(", ")}`] : []),
    ...(examples.length > 0 ? [`Examples: ${examples.map((e) => `${name} ${e}`).join("; ")}`] : []),
  ].join("\n");
}

function toldArg({ told, takes, absent }: DeclaredArg): string {
  const name = takes === "word" ? told : `${told}…`;
  return absent === undefined ? name : `[${name}]`;
}

function toldFlag({ long, reader, absent }: DeclaredFlag): string {
  if (absent === true) return `--no-${long}`;
  return reader === undefined ? `--${long}` : `--${long}=${reader.placeholder}`;
}

function argLine({ told, reader, absent, about }: DeclaredArg): string[] {
  const fallback = tellDefault(absent?.value);
  const parts = [about, reader.takes, fallback].filter((part) => part !== "");
  return parts.length === 0 ? [] : [`${told}: ${parts.join(", ")}`];
}

function flagLine(flag: DeclaredFlag): string {
  const names = flag.short === undefined ? toldFlag(flag) : `${toldFlag(flag)}, -${flag.short}`;
  const fallback = typeof flag.absent === "boolean" ? "" : tellDefault(flag.absent);
  const parts = [flag.about, flag.reader?.takes ?? "", fallback].filter((part) => part !== "");
  return parts.length === 0 ? names : `${names}: ${parts.join(", ")}`;
}

function tellDefault(value: unknown): string {
  const isPlain = ["string", "number", "boolean", "bigint"].includes(typeof value);
  return isPlain && value !== "" ? `default ${String(value)}` : "";
}
