/** The commands of one plugin: what to do when one is typed, and what core is told of them. */

import { parseBackendId } from "@seabird-chat/protocol";
import { formatDuration } from "@seabird-chat/runtime";
import type { BackendInfo } from "../link/action-client.ts";
import type { Clock } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import type { User } from "../plugin/events.ts";
import type { CommandHelp } from "../plugin/plugin-client.ts";
import { isAllowed, trustsIdsOf } from "./allow.ts";
import { checkExamples } from "./check-examples.ts";
import { helpOf } from "./command-help.ts";
import { REFUSAL_QUIET_MS } from "./command-limits.ts";
import { allOf, CommandNames, type Named, type Root } from "./command-names.ts";
import type { Args, CommandSpec, Flags, Where } from "./command-spec.ts";
import { Cooldowns } from "./cooldowns.ts";
import { type AnySpec, type DeclaredCommand, declareCommand } from "./declared-command.ts";
import { didYouMean } from "./nearest.ts";
import { parseCommand } from "./parse-command.ts";
import type { ReadContext } from "./reader.ts";
import { quoteInput } from "./safe-text.ts";
import { subUsageOf, usageOf } from "./usage.ts";
import { firstWord } from "./words.ts";

/** A command as somebody typed it. */
export interface Invocation {
  /** The first word, without prefix, as core registered it. */
  readonly name: string;
  /** What follows it. */
  readonly arg: string;
  readonly user: User;
  /** Absolute; undefined in private. */
  readonly channelId?: string | undefined;
  readonly backendType: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What commands begin with there, for the usage. */
  readonly prefix: string;
}

/** What the commands are given to look with. */
export interface PrepareContext extends Pick<ReadContext, "findUser" | "findChannel"> {
  readonly clock: Clock;
}

/** What to do about an invocation. `name` is the whole main name, such as `game start`. */
export type Prepared<H> =
  | {
      readonly do: "run";
      readonly handler: H;
      readonly name: string;
      readonly values: Readonly<Record<string, unknown>>;
      /** The question to be answered with yes before the handler runs. */
      readonly confirm?: string;
    }
  | { readonly do: "say"; readonly line: Content }
  | { readonly do: "nothing" };

const NOTHING = { do: "nothing" } as const;

export class CommandSet<H> {
  readonly #names = new CommandNames<H>();
  readonly #cooldowns = new Cooldowns();
  readonly #refusals = new Cooldowns();

  /**
   * `name` is one word, or two for a sub-command. Throws a SeabirdError `bad_option` that
   * names the command and what cannot work.
   */
  add<A extends Args, F extends Flags, W extends Where>(
    name: string,
    spec: CommandSpec<A, F, W> | string,
    handler: H,
  ): void {
    const command = declareCommand(name, spec as AnySpec | string);
    checkExamples(command);
    this.#names.add(command, handler);
  }

  /** Whether this first word is one of ours. */
  has(name: string): boolean {
    return this.#names.root(name) !== undefined;
  }

  /** What core is told: every first word, aliases included. */
  get metadata(): Record<string, CommandHelp> {
    return Object.fromEntries(
      [...this.#names.roots()].map(([word, root]) => [word, helpOf(word, root)]),
    );
  }

  /** Whether a first word is nothing but another name for something. */
  isAlias(name: string): boolean {
    const root = this.#names.root(name);
    return root !== undefined && allOf(root).every(({ isAlias }) => isAlias);
  }

  /** The whole main name behind an alias (`game start`); any other name is its own. */
  mainNameOf(name: string): string {
    const root = this.#names.root(name);
    if (root === undefined || !this.isAlias(name)) return name;
    return allOf(root)[0]?.command.name ?? name;
  }

  /** Forgets a first word, because somebody else has it. */
  drop(name: string): void {
    this.#names.remove(name);
  }

  /** What an operator should know about these commands on these backends, a line each. */
  warnings(backends: Iterable<BackendInfo>): string[] {
    const commands = new Set(
      [...this.#names.roots()].flatMap(([, root]) => allOf(root)).map((n) => n.command),
    );
    return [...backends].flatMap(({ backend, metadata }) => {
      const named = backend === undefined ? undefined : parseBackendId(backend.id);
      if (backend === undefined || named === undefined) return [];
      if (metadata["user_ids"] !== "unverified") return [];
      return [...commands]
        .filter(({ allow }) => allow?.some((entry) => trustsIdsOf(entry, named.type, named.id)))
        .map(({ name }) => unverified(name, backend.id));
    });
  }

  /**
   * A private message as one of our commands: with the prefix or without, the name in any case.
   * Undefined if it is none.
   */
  inPrivate(text: string, prefix: string): { name: string; arg: string } | undefined {
    const line = text.trim();
    const bare = prefix !== "" && line.startsWith(prefix) ? line.slice(prefix.length) : line;
    for (const candidate of new Set([line, bare])) {
      const { word, rest } = firstWord(candidate);
      const name = [word, word.toLowerCase()].find((known) => this.has(known));
      if (name !== undefined && candidate.startsWith(word)) return { name, arg: rest };
    }
    return undefined;
  }

  /**
   * What to do about it. Never throws for what was typed; rejects with what an author's
   * validator or `confirm` throws. Waits for the validators, so give it a limit.
   */
  async prepare(invocation: Invocation, at: PrepareContext): Promise<Prepared<H>> {
    const root = this.#names.root(invocation.name);
    if (root === undefined) return NOTHING;
    const target = findTarget(root, invocation);
    if ("line" in target) return { do: "say", line: target.line };
    const refusal = this.#refusal(target.named.command, invocation, at.clock.now());
    if (refusal !== undefined) return refusal;
    return this.#prepare(target, invocation, at);
  }

  #refusal(command: DeclaredCommand, { prefix, ...asked }: Invocation, now: number) {
    const name = prefix + command.name;
    const misplaced = misplacedLine(command, name, asked.channelId);
    if (misplaced !== undefined) return { do: "say" as const, line: misplaced };
    const { user, channelId, backendType, tags } = asked;
    const asker = { userId: user.id, channelId, backendType, tags };
    if (isAllowed(command.allow, asker)) return undefined;
    const who = { userId: asked.user.id, placeId: "" };
    const quiet = { perUser: REFUSAL_QUIET_MS, perChannel: 0, all: 0 };
    const { free } = this.#refusals.take(command.name, quiet, who, now);
    return free ? { do: "say" as const, line: `you may not use ${name} here` } : NOTHING;
  }

  async #prepare(
    { named: { command, handler }, arg }: Target<H>,
    { user, channelId, prefix }: Invocation,
    at: PrepareContext,
  ): Promise<Prepared<H>> {
    const who = { userId: user.id, placeId: channelId ?? user.id };
    const turn = this.#cooldowns.take(command.name, command.cooldown, who, at.clock.now());
    if (!turn.free) {
      const seconds = Math.ceil(turn.waitMs / 1_000);
      return turn.tell ? { do: "say", line: `wait ${formatDuration(seconds * 1_000)}` } : NOTHING;
    }
    let ran = false;
    try {
      const parsed = await parseCommand(command, arg, { ...at, user, channelId });
      if ("wrong" in parsed) {
        return { do: "say", line: `${sentence(parsed.wrong)} Usage: ${prefix}${usageOf(command)}` };
      }
      const { values } = parsed;
      const confirm = questionOf(command, values);
      ran = true;
      const run = { do: "run", handler, name: command.name, values } as const;
      return confirm === undefined ? run : { ...run, confirm };
    } finally {
      if (!ran) turn.undo();
    }
  }
}

interface Target<H> {
  readonly named: Named<H>;
  readonly arg: string;
}

/** The sub-command that the first word names, else the command itself, else what is wrong. */
function findTarget<H>(
  { own, subs }: Root<H>,
  { name, arg, prefix }: Invocation,
): Target<H> | { line: string } {
  const { word, rest } = firstWord(arg);
  const sub = subs.get(word) ?? subs.get(word.toLowerCase());
  if (sub !== undefined) return { named: sub, arg: rest };
  const hint = didYouMean(word, subs.keys(), `${name} `);
  const isSlip = hint !== "" && (own?.command.args ?? []).length === 0;
  if (own !== undefined && !isSlip) return { named: own, arg };
  const usage = `Usage: ${prefix}${subUsageOf(name, subs.keys())}`;
  if (word === "") return { line: usage };
  return { line: `${sentence(`there is no ${quoteInput(`${name} ${word}`)}${hint}`)} ${usage}` };
}

function sentence(words: string): string {
  return /[.?!]$/.test(words) ? words : `${words}.`;
}

function misplacedLine(
  { where }: DeclaredCommand,
  name: string,
  channelId: string | undefined,
): string | undefined {
  if (where === "channel" && channelId === undefined) return `${name} works in channels only`;
  if (where === "private" && channelId !== undefined) return `${name} works in private only`;
  return undefined;
}

function questionOf(
  { confirm }: DeclaredCommand,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  return typeof confirm === "function" ? confirm(values) : confirm;
}

function unverified(command: string, backend: string): string {
  const why = "where anybody may take anybody's name (user_ids: unverified)";
  return `command "${command}" allows by user id on ${backend}, ${why}; allow an account instead`;
}
