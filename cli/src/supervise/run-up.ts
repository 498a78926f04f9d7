/** What `seabird up` does: finds the project, in a file or in flags, and runs it. */
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { hasProject, loadProject } from "../config/load-project.ts";
import { type ProjectFromFlags, projectFromFlags } from "../config/project-from-flags.ts";
import { CliError } from "../process/cli-error.ts";
import type { Output } from "../terminal/output.ts";
import { parseBind } from "./core-address.ts";
import { runProject } from "./run-project.ts";

export interface UpOptions extends ProjectFromFlags {
  readonly config?: string;
  readonly bind?: string;
  readonly logLevel?: string;
}

/** What a seabird.yaml holds itself. */
const WITHOUT_FILE = ["irc", "channel", "nick", "plugin"];

/** `isGiven`: whether an option was on the command line. Resolves when everything has ended. */
export async function runUp(
  options: UpOptions,
  isGiven: (option: string) => boolean,
  output: Output,
): Promise<ExitCode> {
  const { config, bind, logLevel, terminal } = options;
  const flags = { config, bind, logLevel };
  const folder = process.cwd();
  const sources = { folder, flags, keepsDescriptions: true };
  if (!hasProject(folder, flags)) {
    if (bind !== undefined) parseBind(bind, "--bind");
    const load = () => projectFromFlags(options, sources);
    return await runProject({ load, output, terminal });
  }
  const foreign = WITHOUT_FILE.find(isGiven);
  if (foreign !== undefined) {
    throw new CliError(
      EXIT.usage,
      `--${foreign} is for a run without a seabird.yaml, and there is one`,
      "write it into seabird.yaml, or run this in another folder",
    );
  }
  const load = () => loadProject(sources);
  return await runProject({ load, output, terminal });
}
