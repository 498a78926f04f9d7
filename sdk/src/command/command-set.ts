/** The commands of one plugin: what a typed one leads to, and their metadata for core. */

import { type Block, parseBackendId } from "@seabird-chat/protocol";
import { formatDuration } from "@seabird-chat/runtime";
import type { BackendInfo } from "../link/action-client.ts";
import type { Clock } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import type { Person } from "../plugin/event-values.ts";
import type { CommandHelp } from "../plugin/plugin-client.ts";
import { isAllowed, trustsIdsOf } from "./allow.ts";
import { checkExamples } from "./check-examples.ts";
import { helpOf } from "./command-help.ts";
import { REFUSAL_QUIET_MS } from "./command-limits.ts";
import { allOf, CommandNames, type Named, type Root } from "./command-names.ts";
import type { Args, CommandSpec, Flags, Where } from "./command-spec.ts";
import { Cooldowns } from "./cooldowns.ts";
import { type AnySpec, type DeclaredCommand, declareCommand } from "./declared-command.ts";
import { mentionsIn } from "./mentions.ts";
import { didYouMean } from "./nearest.ts";
import { prefixLength } from "./normalise.ts";
import { parseCommand } from "./parse-command.ts";
import type { ReadContext } from "./reader.ts";
import { quoteInput } from "./safe-text.ts";
import { subUsageOf, usageOf } from "./usage.ts";
import { firstWord } from "./words.ts";

/** A command as a user typed it. */
export interface Invocation {
  /** The first word, without prefix. */
  readonly name: string;
  /** The text after it. */
  readonly arg: string;
  /** The same with its mentions. */
  readonly argBlock?: Block | undefined;
  readonly user: Person;
  /** Absolute; undefined in private. */
  readonly channelId?: string | undefined;
  readonly backendType: string;
  readonly tags: Readonly<Record<string, string>>;
  /** The backend's command prefix, for the usage. */
  readonly prefix: string;
}

/** What `prepare` needs besides the invocation. */
export interface PrepareContext extends Pick<ReadContext, "findUser" | "findChannel"> {
  readonly clock: Clock;
}

/** What an invocation leads to. `name` is the full main name, such as `game start`. */
export type Prepared<H> =
  | {
      readonly do: "run";
      readonly handler: H;
      readonly name: string;
      readonly values: Readonly<Record<string, unknown>>;
      /** A question that must be confirmed before the handler runs. */
      readonly confirm?: string;
    }
  | { readonly do: "reply"; readonly line: Content }
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

  /** The first word of these commands that somebody typed, as declared; undefined for others. */
  wordOf(typed: string): string | undefined {
    return this.#names.wordOf(typed);
  }

  /** The metadata for core: every first word, aliases included. */
  get metadata(): Record<string, CommandHelp> {
    return Object.fromEntries(
      [...this.#names.roots()].map(([word, root]) => [word, helpOf(word, root)]),
    );
  }

  /** Whether a first word is only an alias. */
  isAlias(name: string): boolean {
    const root = this.#names.root(name);
    return root !== undefined && allOf(root).every(({ isAlias }) => isAlias);
  }

  /** The full main name of an alias (`game start`); other names are returned as they are. */
  mainNameOf(name: string): string {
    const root = this.#names.root(name);
    if (root === undefined || !this.isAlias(name)) return name;
    return allOf(root)[0]?.command.name ?? name;
  }

  /** Removes a first word that another plugin holds. */
  drop(name: string): void {
    this.#names.remove(name);
  }

  /** Warnings for the operator about these commands on these backends, one line each. */
  warnings(backends: Iterable<Pick<BackendInfo, "backend" | "metadata">>): string[] {
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
   * Parses a private message as one of these commands: with or without prefix, the name in any
   * case. Undefined if it is not a command.
   */
  inPrivate(text: string, prefix: string): { name: string; arg: string } | undefined {
    const line = text.trim();
    const bare = line.slice(prefixLength(line, prefix) ?? 0);
    for (const candidate of new Set([line, bare])) {
      const { word, rest } = firstWord(candidate);
      const name = this.wordOf(word);
      if (name !== undefined && candidate.startsWith(word)) return { name, arg: rest };
    }
    return undefined;
  }

  /**
   * Parses an invocation. Typed input never makes it reject; it rejects with what an author's
   * validator or `confirm` throws. It awaits validators, so the caller limits its time.
   */
  async prepare(invocation: Invocation, at: PrepareContext): Promise<Prepared<H>> {
    const name = this.wordOf(invocation.name);
    const root = name === undefined ? undefined : this.#names.root(name);
    if (name === undefined || root === undefined) return NOTHING;
    const target = findTarget(root, { ...invocation, name });
    if ("line" in target) return { do: "reply", line: target.line };
    const refusal = this.#refusal(target.named.command, invocation, at.clock.now());
    if (refusal !== undefined) return refusal;
    return this.#prepare(target, invocation, at);
  }

  #refusal(command: DeclaredCommand, { prefix, ...asked }: Invocation, now: number) {
    const name = prefix + command.name;
    const misplaced = misplacedLine(command, name, asked.channelId);
    if (misplaced !== undefined) return { do: "reply" as const, line: misplaced };
    const { user, channelId, backendType, tags } = asked;
    const asker = { userId: user.id, channelId, backendType, tags };
    if (isAllowed(command.allow, asker)) return undefined;
    const who = { userId: asked.user.id, conversationId: "" };
    const quiet = { perUser: REFUSAL_QUIET_MS, perChannel: 0, all: 0 };
    const { free } = this.#refusals.take(command.name, quiet, who, now);
    return free ? { do: "reply" as const, line: `you may not use ${name} here` } : NOTHING;
  }

  async #prepare(
    { named: { command, handler }, arg, hint }: Target<H>,
    { user, channelId, prefix, argBlock }: Invocation,
    at: PrepareContext,
  ): Promise<Prepared<H>> {
    const who = { userId: user.id, conversationId: channelId ?? user.id };
    const cooldown = this.#cooldowns.take(command.name, command.cooldown, who, at.clock.now());
    if (!cooldown.free) {
      const seconds = Math.ceil(cooldown.waitMs / 1_000);
      return cooldown.isFirst
        ? { do: "reply", line: `wait ${formatDuration(seconds * 1_000)}` }
        : NOTHING;
    }
    let ran = false;
    try {
      const parsed = await parseCommand(command, arg, {
        ...{ ...at, user, channelId },
        mentions: command.args === undefined ? undefined : mentionsIn(argBlock),
      });
      if ("wrong" in parsed) {
        const wrong = parsed.wrong + (parsed.wrong.includes("did you mean") ? "" : hint);
        return { do: "reply", line: `${sentence(wrong)} Usage: ${prefix}${usageOf(command)}` };
      }
      const { values } = parsed;
      const confirm = questionOf(command, values);
      ran = true;
      const run = { do: "run", handler, name: command.name, values } as const;
      return confirm === undefined ? run : { ...run, confirm };
    } finally {
      if (!ran) cooldown.undo();
    }
  }
}

interface Target<H> {
  readonly named: Named<H>;
  readonly arg: string;
  /** `; did you mean game stop?` if the first word is nearly a sub-command; else empty. */
  readonly hint: string;
}

/** The sub-command that the first word names, else the command itself, else an error line. */
function findTarget<H>(
  { own, subs, subNames }: Root<H>,
  { name, arg, prefix }: Invocation,
): Target<H> | { line: string } {
  const { word, rest } = firstWord(arg);
  const sub = subs.get(subNames.findInSentence(word) ?? "");
  if (sub !== undefined) return { named: sub, arg: rest, hint: "" };
  const hint = didYouMean(word, subs.keys(), `${name} `);
  const isSlip = hint !== "" && (own?.command.args ?? []).length === 0;
  if (own !== undefined && !isSlip) return { named: own, arg, hint };
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
