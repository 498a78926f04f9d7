/** Finds the handlers for an event, in the order of their declarations. */
import type { CommandSet } from "../command/command-set.ts";
import { firstWord } from "../command/words.ts";
import type { HearsKind } from "./context.ts";
import type { Declaration, ErasedHandler } from "./declarations.ts";
import type { PluginEvent } from "./events.ts";
import { type Match, matchIn, spellingsOf } from "./match.ts";

/** One handler to run for one event. */
export type HandlerRun =
  | {
      readonly by: "command";
      /** Of a sub-command its whole name, once it is known. */
      what: string;
      readonly name: string;
      readonly arg: string;
    }
  | {
      readonly by: "hears";
      readonly what: string;
      readonly match: Match;
      readonly handler: ErasedHandler;
    }
  | { readonly by: "on"; readonly what: string; readonly handler: ErasedHandler };

type HearsEvent = Extract<PluginEvent, { readonly kind: HearsKind }>;

/** A declaration that may handle events of one kind. */
type Candidate =
  | { readonly by: "on"; readonly run: HandlerRun; readonly includePlugins: boolean }
  | {
      readonly by: "hears";
      readonly what: string;
      readonly pattern: RegExp;
      readonly handler: ErasedHandler;
    }
  | { readonly by: "command"; readonly index: number };

const NONE: readonly HandlerRun[] = [];

export class Handlers {
  readonly #declarations: readonly Declaration[];
  readonly #commands: CommandSet<ErasedHandler>;
  /** The first word of a command → index of its first declaration. */
  readonly #firstIndex = new Map<string, number>();
  readonly #byKind = new Map<string, readonly Candidate[]>();

  constructor(declarations: readonly Declaration[], commands: CommandSet<ErasedHandler>) {
    this.#declarations = declarations;
    this.#commands = commands;
    declarations.forEach((declaration, index) => {
      for (const word of firstWordsOf(declaration)) {
        if (!this.#firstIndex.has(word)) this.#firstIndex.set(word, index);
      }
    });
  }

  /** Whether the handlers of this event depend on the backend's prefix. */
  needsPrefix(event: PluginEvent): boolean {
    return this.#mayBeTyped(event.kind);
  }

  /** False if no handler can want an event of this kind. */
  mayHandle(kind: PluginEvent["kind"]): boolean {
    return this.#candidates(kind).length > 0 || this.#mayBeTyped(kind);
  }

  get hasCommands(): boolean {
    return this.#firstIndex.size > 0;
  }

  /** A private message that is a command runs no other handler. */
  find(event: PluginEvent, prefix: string): readonly HandlerRun[] {
    if (event.kind === "privateMessage" && this.#mayBeTyped(event.kind)) {
      const typed = this.#commands.inPrivate(event.text, prefix);
      if (typed !== undefined) return [commandRun(typed)];
    }
    const candidates = this.#candidates(event.kind);
    if (candidates.length === 0) return NONE;
    const command = this.#commandOf(event);
    const spellings = isHearsEvent(event) ? lazySpellings(event.text) : undefined;
    const byPlugin = isByPlugin(event);
    const runs: HandlerRun[] = [];
    for (const candidate of candidates) {
      if (candidate.by === "on") {
        if (!byPlugin || candidate.includePlugins) runs.push(candidate.run);
      } else if (candidate.by === "command") {
        if (candidate.index === command?.index) runs.push(command.run);
      } else if (spellings !== undefined) {
        const { what, pattern, handler } = candidate;
        const match = matchIn(pattern, spellings());
        if (match !== undefined) runs.push({ by: "hears", what, match, handler });
      }
    }
    return runs;
  }

  /** Whether such an event may be a command as it is typed in private. */
  #mayBeTyped(kind: PluginEvent["kind"]): boolean {
    return kind === "privateMessage" && this.hasCommands;
  }

  #candidates(kind: PluginEvent["kind"]): readonly Candidate[] {
    const known = this.#byKind.get(kind);
    if (known !== undefined) return known;
    const candidates = this.#declarations.flatMap((declaration, index) =>
      candidatesOf(declaration, index, kind),
    );
    this.#byKind.set(kind, candidates);
    return candidates;
  }

  #commandOf(event: PluginEvent): { index: number; run: HandlerRun } | undefined {
    const name = event.kind === "command" ? this.#commands.wordOf(event.command) : undefined;
    const index = name === undefined ? undefined : this.#firstIndex.get(name);
    if (event.kind !== "command" || name === undefined || index === undefined) return undefined;
    return { index, run: commandRun({ name, arg: event.arg }) };
  }
}

function firstWordsOf(declaration: Declaration): readonly string[] {
  if (declaration.what !== "command") return [];
  const { name, spec } = declaration;
  const aliases = typeof spec === "string" ? [] : (spec.aliases ?? []);
  return [name, ...aliases].map((each) => firstWord(each).word);
}

function commandRun({ name, arg }: { name: string; arg: string }): HandlerRun {
  return { by: "command", what: `command ${name}`, name, arg };
}

function candidatesOf(
  declaration: Declaration,
  index: number,
  kind: PluginEvent["kind"],
): readonly Candidate[] {
  switch (declaration.what) {
    case "on": {
      const { kinds, includePlugins, handler } = declaration;
      if (!kinds.has(kind)) return [];
      return [{ by: "on", run: { by: "on", what: `on ${kind}`, handler }, includePlugins }];
    }
    case "hears": {
      const { pattern, handler } = declaration;
      if (!HEARS_KINDS.has(kind)) return [];
      return [{ by: "hears", what: `hears ${pattern}`, pattern, handler }];
    }
    default:
      return kind === "command" ? [{ by: "command", index }] : [];
  }
}

/** All patterns look at the same text. */
function lazySpellings(text: string): () => readonly string[] {
  let spellings: readonly string[] | undefined;
  return () => (spellings ??= spellingsOf(text));
}

const HEARS_KINDS: ReadonlySet<string> = new Set<HearsKind>([
  "message",
  "mention",
  "privateMessage",
]);

/** An edit, a deletion or a reaction of a plugin, perhaps of this one. */
function isByPlugin(event: PluginEvent): boolean {
  return "conversation" in event && "sender" in event && event.sender !== "";
}

function isHearsEvent(event: PluginEvent): event is HearsEvent {
  return HEARS_KINDS.has(event.kind);
}
