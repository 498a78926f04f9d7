/** What a plugin has declared before it runs. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CommandSet } from "../command/command-set.ts";
import type { Args, CommandSpec, Flags, Where } from "../command/command-spec.ts";
import type { EventKind, PluginHost } from "./context.ts";

/** Runs the next middleware, finally the handler; resolves when it has ended. */
export type Next = () => Promise<void>;

export type Cleanup = () => unknown;

/** A handler without its types. */
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
      readonly includePlugins: boolean;
      readonly handler: ErasedHandler;
    };

/** @internal All declarations; what `startPlugin` runs. */
export interface PluginDeclarations {
  readonly config: StandardSchemaV1 | undefined;
  readonly declarations: Declaration[];
  /** All commands, to refuse invalid ones early and to describe them. */
  readonly checked: CommandSet<ErasedHandler>;
  readonly middleware: ErasedMiddleware[];
  readonly starts: ErasedStart[];
  readonly settingsChanges: ErasedStart[];
  readonly gaps: (() => unknown)[];
  caught: ErasedCatch | undefined;
  status: ErasedStart | undefined;
  metrics: ErasedStart | undefined;
  /** Set by the first run; later declarations are refused. */
  isStarted: boolean;
}
