/** What a component's program prints when it is asked with `--describe`: one line of JSON. */
import type { JsonSchema } from "./check-settings.ts";

export interface Description {
  readonly kind: "plugin" | "backend";
  /** One for each plugin or backend in the file. */
  readonly components: readonly ComponentDescription[];
}

export interface ComponentDescription {
  /** The plugin's name, or the backend's type. */
  readonly name: string;
  /** Backends only. */
  readonly type?: string;
  /** In one line, what it is for. */
  readonly help?: string;
  /** By name, as registered with core. Empty for backends. */
  readonly commands: Readonly<Record<string, CommandDescription>>;
  /** Plugins only: scopes that its token needs besides `plugin`. */
  readonly needs?: readonly string[];
  /** What may be written in `seabird.yaml`; null if there are no settings, or their schema has no JSON Schema. */
  readonly settings: JsonSchema | null;
}

export interface CommandDescription {
  readonly shortHelp: string;
  readonly fullHelp: string;
}

/** On standard output, as `printLine` does. */
export function printDescription(description: Description): Promise<void> {
  return printLine(JSON.stringify(description));
}

let toStandardOutput: ((text: string, done: () => void) => unknown) | undefined;

/** From now on a person's file prints to standard error: standard output is for the answer alone. */
export function reserveStandardOutput(): void {
  const { stdout, stderr } = process;
  toStandardOutput ??= stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
}

/** A line of standard output, also where it is reserved. */
export function printLine(line: string): Promise<void> {
  const write = toStandardOutput ?? process.stdout.write.bind(process.stdout);
  return new Promise((resolve) => write(`${line}\n`, resolve));
}
