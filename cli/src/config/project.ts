/** What a `seabird.yaml` comes to: the components to run, each with its settings; or what is wrong. */

import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { ComponentEnv } from "./component-env.ts";
import type { OriginRow } from "./path.ts";

/** The file's name. */
export const PROJECT_FILE = "seabird.yaml";

export interface ProjectFlags {
  /** `--config`: another file. Its folder is then the project's. */
  readonly config?: string | undefined;
  /** `--bind`: over `core.listen`. */
  readonly bind?: string | undefined;
  /** `--log-level`: over `log_level`. */
  readonly logLevel?: string | undefined;
}

export interface ProjectSources {
  /** Where the file is looked for. */
  readonly folder: string;
  readonly flags?: ProjectFlags | undefined;
  /** Default: this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Programs that have not changed are not asked again what they are. Default: false. */
  readonly keepsDescriptions?: boolean | undefined;
}

/** Something wrong in the file, for a person. Lines and columns count from 1. */
export interface Problem {
  /** Relative to the working directory, if it is below that; "" without a file. */
  readonly file: string;
  readonly line: number;
  readonly col: number;
  /** Where in the configuration: `backends.irc/libera.nick`; "" for the whole. */
  readonly path: string;
  readonly message: string;
}

/** `seabird.yaml:6:5 backends.irc/libera.nik: unknown key, did you mean "nick"?` */
export function problemLine({ file, line, col, path, message }: Problem): string {
  const place = file === "" ? "" : `${file}:${line}:${col} `;
  return `${place}${path === "" ? "" : `${path}: `}${message}`;
}

/** The configuration cannot be used; all problems are reported together. Exit code 78. */
export class ProjectProblems extends CliError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    const lines = problems.map((problem) => `\n  ${problemLine(problem)}`);
    super(EXIT.config, `${count} in the configuration:${lines.join("")}`, undefined, { problems });
    this.name = "ProjectProblems";
    this.problems = problems;
  }
}

/** Core runs here, or elsewhere. */
export type CoreConfig =
  | {
      readonly kind: "own";
      /** `host:port`. */
      readonly listen: string;
      /** Its own `log_level`, else the project's. */
      readonly logLevel: string;
      /** All other settings, checked, as the file has them, defaults included. */
      readonly settings: Readonly<Record<string, unknown>>;
      /**
       * What hands them over: core's own environment variables, only those that were given (by
       * flag, environment, `.env` or file). Core's child needs the rest of the environment too,
       * without SEABIRD_* and DATABASE_URL of it.
       */
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: "remote"; readonly url: string; readonly token: string };

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface ProjectConfig {
  /** Absolute path of the file; undefined for a project that was made from flags. */
  readonly file: string | undefined;
  /** The working directory of the components, and where relative paths begin. */
  readonly folder: string;
  readonly core: CoreConfig;
  /** Of core, and of each component that has none of its own. */
  readonly logLevel: LogLevel;
  readonly components: readonly ComponentConfig[];
  /** What works but is not wise, such as a secret that others can read. */
  readonly warnings: readonly Problem[];
  /** Where each value comes from. */
  readonly origins: readonly OriginRow[];
}

export interface ComponentConfig {
  /** Unique; the token's name: `irc/libera`, `help`. */
  readonly name: string;
  readonly kind: "backend" | "plugin";
  /** Of a backend. */
  readonly type?: string;
  readonly id?: string;
  /** Its place in the file: `backends.irc/libera`. */
  readonly path: string;
  /** A JavaScript program for this Node, and its arguments before `--bootstrap-fd`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Of its token. */
  readonly scopes: readonly string[];
  /** Checked, expanded, secrets read in, defaults filled in. Holds secrets: never log it. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly logLevel: LogLevel;
  /** Holds secrets too. */
  readonly env: ComponentEnv;
  /** The top-level settings that may change while it runs (`x-live` in its schema). */
  readonly liveKeys: readonly string[];
  readonly description: ComponentDescription;
}

const TERMINAL_TYPE = "terminal";

/** A component that talks to a person or reads a script, and needs the terminal of `up` for it. */
export function isInteractive({ kind, type }: Pick<ComponentConfig, "kind" | "type">): boolean {
  return kind === "backend" && type === TERMINAL_TYPE;
}

/** A component's answer to `--describe`. */
export interface ComponentDescription {
  readonly name: string;
  /** Of a backend. */
  readonly type?: string;
  readonly help?: string;
  readonly commands: Readonly<Record<string, { readonly shortHelp: string }>>;
  /** Scopes that a plugin's token needs besides `plugin`. */
  readonly needs?: readonly string[];
  /** JSON Schema of its settings; null if it has none. */
  readonly settings: JsonSchema | null;
}

/** A JSON Schema that is an object; not further typed, since it comes from outside. */
export type JsonSchema = Readonly<Record<string, unknown>>;
