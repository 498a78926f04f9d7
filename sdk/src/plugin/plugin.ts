/** `plugin()`: a plugin's declarations, before anything runs. */
import { inspect } from "node:util";
import { isPluginScope, PLUGIN_SCOPES, type PluginScope } from "@seabird-chat/runtime";
import type { PluginMetrics } from "@seabird-chat/runtime/plugin-metrics";
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
import { checkOptionNames } from "../link/option-names.ts";
import { isOfKind, KIND } from "../program/component-kind.ts";
import type { CommandContext, Context, EventKind, HearsContext, PluginHost } from "./context.ts";
import type {
  AnyCommandSpec,
  Declaration,
  ErasedCatch,
  ErasedHandler,
  ErasedMiddleware,
  ErasedStart,
  Next,
  PluginDeclarations,
} from "./declarations.ts";
import { stateless } from "./match.ts";
import { checkKind } from "./subscription.ts";

/** Settings without a schema: as given, unchecked; empty by default. */
export type UncheckedConfig = Readonly<Record<string, unknown>>;

export interface PluginDefinition<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** The schema of the settings: any Standard Schema, such as zod's. Default: no check. */
  readonly config?: Schema | undefined;
  /**
   * Scopes that its token needs besides `plugin`: `persona` to send under another name,
   * `mention-everyone` to notify a whole channel. `seabird up` gives them to the plugins that come
   * with Seabird; to your own you give them in `seabird.yaml`. Default: none.
   */
  readonly needs?: readonly PluginScope[] | undefined;
}

export interface OnOptions {
  /**
   * Whether it also handles what plugins did, this one included: the edits, deletions and reactions
   * whose `ctx.sender` is not empty. Default: false.
   */
  readonly includePlugins?: boolean | undefined;
}

/** The same in every copy of the SDK. */
const DECLARATIONS: unique symbol = Symbol.for("seabird.plugin.declarations");

/**
 * A plugin: a set of handlers. `seabird plugin FILE` starts every plugin that a file exports;
 * `startPlugin` starts one from code.
 *
 * Every method returns the plugin. It throws a SeabirdError: `bad_option` for invalid arguments,
 * `failed_precondition` once the plugin has been started.
 */
export class Plugin<Config = unknown> {
  readonly name: string;
  /** Scopes that its token needs besides `plugin`. */
  readonly needs: readonly PluginScope[];
  /** @internal */
  readonly [KIND] = "plugin";
  /** @internal */
  readonly [DECLARATIONS]: PluginDeclarations;

  /** @internal Use `plugin()`. */
  constructor(name: string, config: StandardSchemaV1 | undefined, needs: readonly PluginScope[]) {
    this.name = name;
    this.needs = needs;
    this[DECLARATIONS] = {
      config,
      declarations: [],
      checked: new CommandSet(),
      middleware: [],
      starts: [],
      settingsChanges: [],
      gaps: [],
      caught: undefined,
      status: undefined,
      metrics: undefined,
      isStarted: false,
    };
  }

  /**
   * Declares a command with one line of help and no arguments (the text after it is in `ctx.arg`).
   * `"game start"` is the sub-command `start` of `game`.
   */
  command(
    name: string,
    help: string,
    handler: (ctx: CommandContext<"anywhere", Config>) => unknown,
  ): this;
  /** Declares a command with arguments, flags, and rules for who may use it, where and how often. */
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
    // Invalid declarations fail where they are written.
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

  /**
   * Handles every event of one or several kinds, also the messages of plugins (`sendMessage`).
   * Naming a kind of the messages extension asks core for it; towards a core without it, a warning is logged.
   */
  on<const Kind extends EventKind>(
    kind: Kind | readonly Kind[],
    handler: (ctx: Context<Kind, Config>) => unknown,
    options: OnOptions = {},
  ): this {
    checkFunction("the handler of on", handler);
    checkOptionNames("on", options, ["includePlugins"]);
    const { includePlugins = false } = options;
    const kinds = new Set<EventKind>(typeof kind === "string" ? [kind] : kind);
    if (kinds.size === 0) throw new SeabirdError("bad_option", "on takes at least one kind");
    for (const each of kinds) checkKind(each);
    const erased = handler as unknown as ErasedHandler;
    return this.#declare({ what: "on", kinds, includePlugins, handler: erased });
  }

  /**
   * Runs around every handler, commands included, in the order of the calls of `use`. The handler
   * runs only if each middleware calls `await next()`.
   */
  use(middleware: (ctx: Context<EventKind, Config>, next: Next) => unknown): this {
    checkFunction("middleware", middleware);
    this.#open.middleware.push(middleware as unknown as ErasedMiddleware);
    return this;
  }

  /**
   * Handles errors that handlers and middleware do not catch. Default, also for an error that is
   * rethrown here: it is logged with a short id, and the user gets "something went wrong" with the
   * same id. May be called once.
   */
  catch(handler: (error: unknown, ctx: Context<EventKind, Config>) => unknown): this {
    checkFunction("the handler of catch", handler);
    if (this.#open.caught !== undefined) {
      throw new SeabirdError("bad_option", `plugin "${this.name}" has a catch already`);
    }
    this[DECLARATIONS].caught = handler as unknown as ErasedCatch;
    return this;
  }

  /**
   * Runs once, after core has accepted the plugin and before its first event. A function that it
   * returns runs when the plugin closes. If it throws, or takes longer than a minute, the plugin
   * fails.
   */
  onStart(start: (host: PluginHost<Config>) => unknown): this {
    checkFunction("onStart's function", start);
    this.#open.starts.push(start as ErasedStart);
    return this;
  }

  /**
   * Runs when settings that are `live()` have changed, once the new ones are in `host.config`; handlers
   * that begin later have them as `ctx.config`. If it throws, the plugin is restarted with them.
   */
  onSettings(change: (host: PluginHost<Config>) => unknown): this {
    checkFunction("onSettings' function", change);
    this.#open.settingsChanges.push(change as ErasedStart);
    return this;
  }

  /**
   * Says how the plugin is, whenever somebody asks: `running.status()`, or the supervisor, which takes
   * what JSON can hold. Up to a million characters, within 3 s. A later one replaces it.
   */
  onStatus(status: (host: PluginHost<Config>) => unknown): this {
    checkFunction("onStatus' function", status);
    this.#open.status = status as ErasedStart;
    return this;
  }

  /** Figures for Prometheus, at each scrape of `seabird up`; within 1 s. A later one replaces it. */
  onMetrics(metrics: (host: PluginHost<Config>) => PluginMetrics | Promise<PluginMetrics>): this {
    checkFunction("onMetrics' function", metrics);
    this.#open.metrics = metrics as ErasedStart;
    return this;
  }

  /** Runs after events were lost because the plugin was too slow, once events flow again. */
  onGap(callback: () => unknown): this {
    checkFunction("onGap's function", callback);
    this.#open.gaps.push(callback);
    return this;
  }

  #declare(declaration: Declaration): this {
    this.#open.declarations.push(declaration);
    return this;
  }

  get #open(): PluginDeclarations {
    const declarations = this[DECLARATIONS];
    if (!declarations.isStarted) return declarations;
    const late = `plugin "${this.name}" has been started; declare handlers before that`;
    throw new SeabirdError("failed_precondition", late);
  }
}

/**
 * Creates a plugin. Its name appears in the log and names its settings in `seabird.yaml`.
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
  checkOptionNames(`plugin "${name}"`, definition, ["config", "needs"]);
  const { config, needs = [] } = definition;
  if (config !== undefined && typeof config["~standard"]?.validate !== "function") {
    const what = `plugin "${name}": config is not a Standard Schema, such as z.object({})`;
    throw new SeabirdError("bad_option", what);
  }
  if (!Array.isArray(needs) || !needs.every(isPluginScope)) {
    const allowed = `allowed: a list of ${PLUGIN_SCOPES.join(", ")}`;
    throw new SeabirdError(
      "bad_option",
      `plugin "${name}": needs is ${inspect(needs)}; ${allowed}`,
    );
  }
  return new Plugin(name, config, [...new Set(needs)]);
}

/** True for a plugin of this copy of the SDK or of another one. */
export function isPlugin(value: unknown): value is Plugin {
  return isOfKind(value, "plugin") && DECLARATIONS in value;
}

/** @internal The declared commands. A new set for each run, since it tracks cooldowns. */
export function commandSetOf(declarations: readonly Declaration[]): CommandSet<ErasedHandler> {
  const set = new CommandSet<ErasedHandler>();
  for (const each of declarations) {
    if (each.what === "command") set.add(each.name, each.spec, each.handler);
  }
  return set;
}

/** @internal The kinds of events that have a handler of their own. */
export function kindsOf(declarations: readonly Declaration[]): readonly EventKind[] {
  return declarations.flatMap((each) => (each.what === "on" ? [...each.kinds] : []));
}

/** @internal */
export function declarationsOf(plugin: Plugin): PluginDeclarations {
  return plugin[DECLARATIONS];
}

function checkFunction(what: string, given: unknown): void {
  if (typeof given === "function") return;
  throw new SeabirdError("bad_option", `${what} is ${String(given)}; it must be a function`);
}
