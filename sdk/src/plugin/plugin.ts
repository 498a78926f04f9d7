/** `plugin()`: what an author declares, before anything runs. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { CommandSet } from "../command/command-set.ts";
import type {
  Args,
  CommandSpec,
  CommandValues,
  Flags,
  NoArgs,
  Where,
} from "../command/command-spec.ts";
import { SeabirdError } from "../link/errors.ts";
import { isOfKind, KIND } from "../program/component-kind.ts";
import type { CommandContext, Context, EventKind, HearsContext, PluginHost } from "./context.ts";
import { isEventKind } from "./events.ts";
import { stateless } from "./match.ts";

/** Settings without a schema: whatever was given, unchecked; empty if nothing was. */
export type UncheckedConfig = Readonly<Record<string, unknown>>;

export interface PluginDefinition<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** What the settings must be, by any Standard Schema such as zod's. Default: anything. */
  readonly config?: Schema | undefined;
}

/** Goes on to the next middleware, at last to the handler; resolves when that has ended. */
export type Next = () => Promise<void>;

export type Cleanup = () => unknown;

/** Any handler, once it is known only to the SDK what it is given. */
export type ErasedHandler = (context: object, values: unknown) => unknown;
export type ErasedMiddleware = (context: object, next: Next) => unknown;
export type ErasedCatch = (error: unknown, context: object) => unknown;
export type ErasedStart = (host: PluginHost) => unknown;

export type AnyCommandSpec = string | CommandSpec<Args, Flags, Where>;

/** One declaration of a handler, in the order in which they were made. */
export type Declaration =
  | {
      readonly what: "command";
      readonly name: string;
      readonly spec: AnyCommandSpec;
      readonly handler: ErasedHandler;
    }
  | { readonly what: "hears"; readonly pattern: RegExp; readonly handler: ErasedHandler }
  | {
      readonly what: "on";
      readonly kinds: ReadonlySet<EventKind>;
      readonly handler: ErasedHandler;
    };

/** @internal All that was declared; what `startPlugin` runs. */
export interface PluginParts {
  readonly config: StandardSchemaV1 | undefined;
  readonly declarations: Declaration[];
  /** All commands, to find out early what cannot work, and to describe them. */
  readonly checked: CommandSet<ErasedHandler>;
  readonly middleware: ErasedMiddleware[];
  readonly starts: ErasedStart[];
  readonly gaps: (() => unknown)[];
  caught: ErasedCatch | undefined;
  /** Set by the first run: nothing more may be declared. */
  isStarted: boolean;
}

/** The same in every copy of the SDK. */
const PARTS: unique symbol = Symbol.for("seabird.plugin.parts");

/**
 * A plugin: its handlers, none of which runs before it is started. `seabird plugin FILE` starts
 * every plugin that a file exports; `startPlugin` starts one from code.
 *
 * Every method throws a SeabirdError, `bad_option` for what could never work and
 * `failed_precondition` once the plugin has been started, and returns the plugin itself.
 */
export class Plugin<Config = unknown> {
  readonly name: string;
  /** @internal */
  readonly [KIND] = "plugin";
  /** @internal */
  readonly [PARTS]: PluginParts;

  /** @internal Use `plugin()`. */
  constructor(name: string, config: StandardSchemaV1 | undefined) {
    this.name = name;
    this[PARTS] = {
      config,
      declarations: [],
      checked: new CommandSet(),
      middleware: [],
      starts: [],
      gaps: [],
      caught: undefined,
      isStarted: false,
    };
  }

  /**
   * A command, here with one line of help and no arguments (what is typed after it is in
   * `ctx.arg`). `"game start"` is the sub-command `start` of `game`.
   */
  command(
    name: string,
    help: string,
    handler: (ctx: CommandContext<"anywhere", Config>) => unknown,
  ): this;
  /** A command with arguments, flags, and rules for who may use it where and how often. */
  command<A extends Args = NoArgs, F extends Flags = NoArgs, W extends Where = "anywhere">(
    name: string,
    spec: CommandSpec<A, F, W>,
    handler: (ctx: CommandContext<W, Config>, values: CommandValues<A, F>) => unknown,
  ): this;
  command(name: string, spec: unknown, handler: unknown): this {
    checkFunction("a command's handler", handler);
    const declaration = {
      what: "command",
      name,
      spec: spec as AnyCommandSpec,
      handler: handler as ErasedHandler,
    } as const;
    // What cannot work is said where it was written.
    this.#open.checked.add(name, declaration.spec, declaration.handler);
    return this.#declare(declaration);
  }

  /**
   * What is said in a channel, to the bot by name, or to it alone, when it fits the pattern.
   * Commands are not heard, nor is what plugins say.
   */
  hears(pattern: RegExp, handler: (ctx: HearsContext<Config>) => unknown): this {
    checkFunction("the handler of hears", handler);
    if (!(pattern instanceof RegExp)) {
      throw new SeabirdError("bad_option", `hears takes a pattern, such as /hi/i; got ${pattern}`);
    }
    const row = { what: "hears", pattern: stateless(pattern), handler } as const;
    return this.#declare(row as Declaration);
  }

  /** Every event of a kind, or of several. Only this hears what plugins say (`sendMessage`). */
  on<const Kind extends EventKind>(
    kind: Kind | readonly Kind[],
    handler: (ctx: Context<Kind, Config>) => unknown,
  ): this {
    checkFunction("the handler of on", handler);
    const kinds = new Set<EventKind>(typeof kind === "string" ? [kind] : kind);
    if (kinds.size === 0) throw new SeabirdError("bad_option", "on takes at least one kind");
    for (const each of kinds) checkKind(each);
    return this.#declare({ what: "on", kinds, handler: handler as unknown as ErasedHandler });
  }

  /**
   * Runs around every handler, commands included, in the order of the calls of `use`. What it
   * does not hand on with `await next()` does not reach the handler.
   */
  use(middleware: (ctx: Context<EventKind, Config>, next: Next) => unknown): this {
    checkFunction("middleware", middleware);
    this.#open.middleware.push(middleware as unknown as ErasedMiddleware);
    return this;
  }

  /**
   * What happens to an error that a handler or middleware lets pass. Default, also for one that
   * is thrown again here: it is logged with a short id, and the person is told "something went
   * wrong" with the same id. Once only.
   */
  catch(handler: (error: unknown, ctx: Context<EventKind, Config>) => unknown): this {
    checkFunction("the handler of catch", handler);
    if (this.#open.caught !== undefined) {
      throw new SeabirdError("bad_option", `plugin "${this.name}" has a catch already`);
    }
    this[PARTS].caught = handler as unknown as ErasedCatch;
    return this;
  }

  /**
   * Runs once, when core has accepted the plugin and before its first event. What it returns
   * runs when the plugin closes. If it throws, or takes longer than 60 s, the plugin
   * fails.
   */
  onStart(start: (host: PluginHost<Config>) => unknown): this {
    checkFunction("onStart's function", start);
    this.#open.starts.push(start as ErasedStart);
    return this;
  }

  /** Runs when events were lost because the plugin was too slow, once events flow again. */
  onGap(callback: () => unknown): this {
    checkFunction("onGap's function", callback);
    this.#open.gaps.push(callback);
    return this;
  }

  #declare(declaration: Declaration): this {
    this.#open.declarations.push(declaration);
    return this;
  }

  get #open(): PluginParts {
    const parts = this[PARTS];
    if (!parts.isStarted) return parts;
    const late = `plugin "${this.name}" has been started; declare everything before that`;
    throw new SeabirdError("failed_precondition", late);
  }
}

/**
 * A new plugin. The name stands in the log and names its settings in `seabird.yaml`.
 *
 * ```ts
 * export const hello = plugin("hello");
 * hello.command("hello", "greets you", (ctx) => ctx.mentionReply("hi!"));
 * ```
 *
 * Throws a SeabirdError `bad_option` for a name with other characters than `a-z0-9_-`.
 */
export function plugin(name: string): Plugin<UncheckedConfig>;
export function plugin<Schema extends StandardSchemaV1>(
  name: string,
  definition: PluginDefinition<Schema> & { readonly config: Schema },
): Plugin<StandardSchemaV1.InferOutput<Schema>>;
export function plugin(name: string, definition?: PluginDefinition): Plugin<UncheckedConfig>;
export function plugin(name: string, definition: PluginDefinition = {}): unknown {
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
    const allowed = "up to 64 of a-z, 0-9, - and _";
    throw new SeabirdError("bad_option", `a plugin is called "${name}"; allowed: ${allowed}`);
  }
  const { config } = definition;
  if (config !== undefined && typeof config["~standard"]?.validate !== "function") {
    const what = `plugin "${name}": config is no Standard Schema, such as z.object({})`;
    throw new SeabirdError("bad_option", what);
  }
  return new Plugin(name, config);
}

/** True for a plugin of this copy of the SDK, or of another one of the same make. */
export function isPlugin(value: unknown): value is Plugin {
  return isOfKind(value, "plugin") && PARTS in value;
}

/** @internal The commands among the declarations. A new one for each run: it remembers who used what. */
export function commandSetOf(declarations: readonly Declaration[]): CommandSet<ErasedHandler> {
  const set = new CommandSet<ErasedHandler>();
  for (const each of declarations) {
    if (each.what === "command") set.add(each.name, each.spec, each.handler);
  }
  return set;
}

/** @internal All that was declared. */
export function partsOf(plugin: Plugin): PluginParts {
  return plugin[PARTS];
}

function checkFunction(what: string, given: unknown): void {
  if (typeof given === "function") return;
  throw new SeabirdError("bad_option", `${what} is ${String(given)}; it must be a function`);
}

function checkKind(kind: string): void {
  if (isEventKind(kind)) return;
  throw new SeabirdError("bad_option", `there is no event kind "${kind}"`);
}
