/** Finds the handlers for an event, in the order of their declarations. */
import type { CommandSet } from "../command/command-set.ts";
import { firstWord } from "../command/words.ts";
import type { HearsKind } from "./context.ts";
import type { PluginEvent } from "./events.ts";
import { findMatch, type Match } from "./match.ts";
import type { Declaration, ErasedHandler } from "./plugin.ts";

/** One handler to run for one event. */
export type HandlerRun =
  | { readonly by: "command"; readonly what: string; readonly name: string; readonly arg: string }
  | {
      readonly by: "hears";
      readonly what: string;
      readonly match: Match;
      readonly handler: ErasedHandler;
    }
  | { readonly by: "on"; readonly what: string; readonly handler: ErasedHandler };

type HearsEvent = Extract<PluginEvent, { readonly kind: HearsKind }>;

export class Handlers {
  readonly #declarations: readonly Declaration[];
  readonly #commands: CommandSet<ErasedHandler>;
  /** The first word of a command → index of its first declaration. */
  readonly #firstIndex = new Map<string, number>();

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
    return event.kind === "privateMessage" && this.#firstIndex.size > 0;
  }

  /** A private message that is a command runs no other handler. */
  find(event: PluginEvent, prefix: string): readonly HandlerRun[] {
    if (event.kind === "privateMessage") {
      const typed = this.#commands.inPrivate(event.text, prefix);
      if (typed !== undefined) return [commandRun(typed)];
    }
    const command = this.#commandOf(event);
    return this.#declarations.flatMap((declaration, index) => {
      return runOf(declaration, event) ?? (index === command?.index ? command.run : []);
    });
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

function runOf(declaration: Declaration, event: PluginEvent): HandlerRun | undefined {
  switch (declaration.what) {
    case "on":
      if (!declaration.kinds.has(event.kind)) return undefined;
      return { by: "on", what: `on ${event.kind}`, handler: declaration.handler };
    case "hears": {
      if (!isHearsEvent(event)) return undefined;
      const { pattern, handler } = declaration;
      const match = findMatch(pattern, event.text);
      return match && { by: "hears", what: `hears ${pattern}`, match, handler };
    }
    default:
      return undefined;
  }
}

function isHearsEvent(event: PluginEvent): event is HearsEvent {
  return event.kind === "message" || event.kind === "mention" || event.kind === "privateMessage";
}
