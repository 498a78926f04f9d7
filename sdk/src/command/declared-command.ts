/** Validates a command's declaration and converts it to the form that the parser uses. */

import { parseDuration } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
import { type CheckedAllow, checkAllow, type Refuse } from "./allow.ts";
import type { ArgShape, Argument } from "./arg.ts";
import { MAX_HELP_CHARACTERS, MAX_NAME_CHARACTERS } from "./command-limits.ts";
import type { AllCooldowns, Args, CommandSpec, Cooldown, Flags, Where } from "./command-spec.ts";
import type { FlagDeclaration, FlagShape } from "./flag.ts";
import { nearest } from "./nearest.ts";
import { normalise } from "./normalise.ts";
import { hasControls } from "./safe-text.ts";

export interface DeclaredArg extends ArgShape {
  /** Its key in the handler's values. */
  readonly name: string;
  /** Its name in the usage: `MAX-COUNT`. */
  readonly label: string;
}

export interface DeclaredFlag extends FlagShape {
  readonly name: string;
  /** As typed, without `--`: `dry-run`. */
  readonly long: string;
}

export interface DeclaredCommand {
  /** `roll`, or `game start`. */
  readonly name: string;
  /** Empty: none was given. */
  readonly help: string;
  /** Without those that were removed. */
  aliases: readonly string[];
  readonly examples: readonly string[];
  /** Undefined: the text is not parsed. */
  readonly args: readonly DeclaredArg[] | undefined;
  readonly flags: readonly DeclaredFlag[];
  readonly where: Where;
  readonly allow: readonly CheckedAllow[] | undefined;
  readonly cooldown: AllCooldowns;
  readonly confirm: string | ((values: Readonly<Record<string, unknown>>) => string) | undefined;
}

export type AnySpec = CommandSpec<Args, Flags, Where>;

/** Complete: a missing option does not compile. */
const OPTIONS = Object.keys({
  help: true,
  aliases: true,
  examples: true,
  args: true,
  flags: true,
  where: true,
  allow: true,
  cooldown: true,
  confirm: true,
} satisfies Record<keyof AnySpec, true>);

const WHERES: readonly Where[] = ["channel", "private", "anywhere"];
const VALUE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
const SHORT_NAME = /^[A-Za-z]$/;

/** Throws a SeabirdError `bad_option` that names the command and what is wrong with it. */
export function declareCommand(name: string, given: AnySpec | string): DeclaredCommand {
  const refuse = refuseFor(`command ${JSON.stringify(name)}`);
  checkCommandName(name, refuse);
  const spec: AnySpec = typeof given === "string" ? { help: given } : given;
  checkOptions(spec, refuse);
  const args = spec.args === undefined ? undefined : declareArgs(spec.args, refuse);
  const flags = declareFlags(spec.flags ?? {}, refuse);
  checkClashes(args ?? [], flags, refuse);
  const aliases = list(spec.aliases, "aliases", refuse);
  for (const alias of aliases) checkCommandName(alias, refuse);
  const examples = list(spec.examples, "examples", refuse);
  for (const example of examples) checkLine(example, "an example", refuse);
  return {
    name,
    help: spec.help ?? "",
    aliases,
    examples,
    args: args ?? (flags.length > 0 ? [] : undefined),
    flags,
    where: spec.where ?? "anywhere",
    allow: checkAllow(spec.allow, refuse),
    cooldown: checkCooldown(spec.cooldown, refuse),
    confirm: spec.confirm,
  };
}

function refuseFor(subject: string): Refuse {
  return (what) => {
    throw new SeabirdError("bad_option", `${subject}: ${what}`);
  };
}

function checkCommandName(name: unknown, refuse: Refuse): void {
  const words = typeof name === "string" ? name.split(" ") : [];
  const fits = (word: string) => word !== "" && !/\s/.test(word) && !hasControls(word);
  if (typeof name === "string" && name.startsWith("!")) {
    refuse(`${JSON.stringify(name)} begins with a prefix; a name is given without`);
  }
  if (words.some((word) => word !== "" && normalise(word) === "")) {
    refuse(`${JSON.stringify(name)} has a word of invisible characters only`);
  }
  if (typeof name === "string" && words.length <= 2 && words.every(fits)) {
    if (name.length <= MAX_NAME_CHARACTERS) return;
    refuse(`a name has at most ${MAX_NAME_CHARACTERS} characters`);
  }
  refuse(`${JSON.stringify(name)} is not a name; a name is one word, or two for a sub-command`);
}

function checkOptions(spec: AnySpec, refuse: Refuse): void {
  if (typeof spec !== "object" || spec === null) refuse("give a line of help, or { help: … }");
  for (const option of Object.keys(spec)) {
    if (OPTIONS.includes(option)) continue;
    const near = nearest(option, OPTIONS);
    const hint = near === undefined ? `allowed: ${OPTIONS.join(", ")}` : `did you mean ${near}?`;
    refuse(`unknown option ${JSON.stringify(option)}; ${hint}`);
  }
  if (spec.help !== undefined) checkLine(spec.help, "help", refuse);
  if (spec.where !== undefined && !WHERES.includes(spec.where)) {
    refuse(`where is ${JSON.stringify(spec.where)}; allowed: ${WHERES.join(", ")}`);
  }
  if (!["undefined", "string", "function"].includes(typeof spec.confirm)) {
    refuse("confirm is neither a question nor a function that makes one");
  }
}

function checkLine(text: unknown, what: string, refuse: Refuse): void {
  if (typeof text !== "string") refuse(`${what} is ${JSON.stringify(text)}, not a text`);
  if (hasControls(text)) refuse(`${what} has a line break or another control character`);
  if (text.length > MAX_HELP_CHARACTERS) {
    refuse(`${what} has ${text.length} characters, ${MAX_HELP_CHARACTERS} at most`);
  }
}

function list(
  given: readonly string[] | undefined,
  what: string,
  refuse: Refuse,
): readonly string[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? [...given] : refuse(`${what} is not a list`);
}

function declareArgs(args: Args, refuse: Refuse): DeclaredArg[] {
  const declared = Object.entries(args).map(([name, argument]): DeclaredArg => {
    checkValueName(name, "argument", refuse);
    const shape: ArgShape | undefined = (argument as Argument<unknown> | undefined)?.shape;
    if (shape?.takes === undefined) {
      return refuse(
        `argument "${name}" is not made with arg${calledOr(argument, "args", "flags")}`,
      );
    }
    checkLine(shape.about, `what argument "${name}" is about`, refuse);
    return { ...shape, name, label: kebab(name).toUpperCase() };
  });
  declared.forEach((arg, index) => {
    const next = declared[index + 1];
    if (next === undefined) return;
    if (arg.takes !== "word") {
      refuse(
        `argument "${arg.name}" takes all remaining words, so "${next.name}" could never follow it`,
      );
    }
    if (arg.absent !== undefined && next.absent === undefined) {
      refuse(`argument "${next.name}" is required, but follows "${arg.name}", which is optional`);
    }
  });
  return declared;
}

function declareFlags(flags: Flags, refuse: Refuse): DeclaredFlag[] {
  return Object.entries(flags).map(([name, flag]): DeclaredFlag => {
    checkValueName(name, "flag", refuse);
    const shape: FlagShape | undefined = (flag as FlagDeclaration<unknown> | undefined)?.shape;
    if (shape === undefined || "takes" in shape) {
      return refuse(`flag "${name}" is not made with flag${calledOr(flag, "flags", "args")}`);
    }
    checkLine(shape.about, `what flag "${name}" is about`, refuse);
    if (shape.short !== undefined && !SHORT_NAME.test(shape.short)) {
      refuse(`the short name of flag "${name}" is ${JSON.stringify(shape.short)}, not one letter`);
    }
    return { ...shape, name, long: kebab(name) };
  });
}

/** What to change, where that is known: a call that is missing, or a declaration in the other list. */
function calledOr(given: unknown, here: string, there: string): string {
  if (typeof given === "function") return "; call it, as in word()";
  const isOther = typeof given === "object" && given !== null && "shape" in given;
  return isOther ? `; it belongs in ${there}, not in ${here}` : "";
}

function checkValueName(name: string, kind: string, refuse: Refuse): void {
  if (VALUE_NAME.test(name)) return;
  refuse(`${kind} ${JSON.stringify(name)} is not a name: letters, digits, - and _, a letter first`);
}

function checkClashes(
  args: readonly DeclaredArg[],
  flags: readonly DeclaredFlag[],
  refuse: Refuse,
) {
  const taken = new Map<string, string>();
  const take = (name: string, what: string) => {
    const other = taken.get(name);
    if (other !== undefined) refuse(`${what} clashes with ${other}`);
    taken.set(name, what);
  };
  for (const { name } of args) take(kebab(name), `argument "${name}"`);
  for (const { name, long, short, reader } of flags) {
    take(long, `flag "${name}"`);
    if (reader === undefined) take(`no-${long}`, `--no-${long} of flag "${name}"`);
    if (short !== undefined) take(`-${short}`, `-${short} of flag "${name}"`);
  }
}

const COOLDOWNS = ["perUser", "perChannel", "all"] as const;
const MAX_COOLDOWN_MS = 365 * 86_400_000;

function checkCooldown(cooldown: Cooldown | undefined, refuse: Refuse): AllCooldowns {
  const all = { perUser: 0, perChannel: 0, all: 0 };
  if (cooldown !== undefined && (typeof cooldown !== "object" || cooldown === null)) {
    refuse(`cooldown is ${JSON.stringify(cooldown)}; give such as { perUser: "5s" }`);
  }
  for (const [name, given] of Object.entries(cooldown ?? {})) {
    if (!isCooldown(name)) {
      return refuse(`unknown cooldown ${JSON.stringify(name)}; allowed: ${COOLDOWNS.join(", ")}`);
    }
    if (given === undefined) continue;
    const ms = typeof given === "string" ? parseDuration(given) : given;
    if (ms === undefined || !Number.isFinite(ms) || ms < 0 || ms > MAX_COOLDOWN_MS) {
      const allowed = 'a length of time such as "5s", or milliseconds; a year at most';
      return refuse(`cooldown ${name} is ${JSON.stringify(given)}; allowed: ${allowed}`);
    }
    all[name] = ms;
  }
  return all;
}

function isCooldown(name: string): name is (typeof COOLDOWNS)[number] {
  return (COOLDOWNS as readonly string[]).includes(name);
}

/** `maxCount` and `max_count` are `max-count`. */
function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}
