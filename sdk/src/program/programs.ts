/** Runs a plugin or a backend as a process, which loads only its half of the SDK. */
import type { BackendDefinition } from "../backend/backend.ts";
import type { Plugin } from "../plugin/plugin.ts";
import type { BackendProgramOptions } from "./backend-program.ts";

/**
 * Runs a backend until it is stopped, leaves, or fails; `argv` without program and script.
 * Flags, environment variables and `--help` come from the backend's schema. Sets the process's
 * exit code as its help says. Never rejects.
 */
export async function runBackendProgram<Config>(
  definition: BackendDefinition<Config>,
  argv: readonly string[],
  options: BackendProgramOptions = {},
): Promise<void> {
  const { runBackend } = await import("./backend-program.ts");
  await runBackend(definition, argv, options);
}

/** Runs the one backend that a file exports: `runBackendFile(["./campfire.ts", "--id", "work"])`. */
export async function runBackendFile(argv: readonly string[]): Promise<void> {
  const { runFile } = await import("./backend-program.ts");
  await runFile(argv);
}

/**
 * Runs the plugins whose names, or whose files, are in `argv`, or all of the given ones, until
 * the process is stopped or one of them fails. Sets the exit code. Never rejects.
 *
 * One plugin takes the settings as they are; several take those under their names.
 */
export async function runPluginProgram(
  plugins: readonly Plugin[],
  argv: readonly string[],
): Promise<void> {
  const { runPlugins } = await import("./plugin-program.ts");
  await runPlugins(plugins, argv);
}
