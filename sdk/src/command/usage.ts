/** A command's usage line and full help. Pure. */
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";

/** `roll DICE [TIMES] [LABEL…] [--secret]`. */
export function usageOf(command: DeclaredCommand, calledAs = command.name): string {
  const args = (command.args ?? []).map(argUsage);
  return [calledAs, ...args, ...command.flags.map((flag) => `[${flagUsage(flag)}]`)].join(" ");
}

/** Sub-commands listed in one line; the full help lists all. */
const MAX_LISTED_SUBS = 16;

/** `game start|stop`. */
export function subUsageOf(calledAs: string, subs: Iterable<string>): string {
  const names = [...subs];
  const listed = names.slice(0, MAX_LISTED_SUBS).join("|");
  return `${calledAs} ${listed}${names.length > MAX_LISTED_SUBS ? "|…" : ""}`;
}

/** All of it, line by line, without the line of `help`. */
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

function argUsage({ label, takes, absent }: DeclaredArg): string {
  const name = takes === "word" ? label : `${label}…`;
  return absent === undefined ? name : `[${name}]`;
}

function flagUsage({ long, reader, absent }: DeclaredFlag): string {
  if (absent === true) return `--no-${long}`;
  return reader === undefined ? `--${long}` : `--${long}=${reader.placeholder}`;
}

function argLine({ label, reader, absent, about }: DeclaredArg): string[] {
  const fallback = defaultText(absent?.value);
  const parts = [about, reader.takes, fallback].filter((part) => part !== "");
  return parts.length === 0 ? [] : [`${label}: ${parts.join(", ")}`];
}

function flagLine(flag: DeclaredFlag): string {
  const names = flag.short === undefined ? flagUsage(flag) : `${flagUsage(flag)}, -${flag.short}`;
  const fallback = typeof flag.absent === "boolean" ? "" : defaultText(flag.absent);
  const parts = [flag.about, flag.reader?.takes ?? "", fallback].filter((part) => part !== "");
  return parts.length === 0 ? names : `${names}: ${parts.join(", ")}`;
}

function defaultText(value: unknown): string {
  const isPlain = ["string", "number", "boolean", "bigint"].includes(typeof value);
  return isPlain && value !== "" ? `default ${String(value)}` : "";
}
