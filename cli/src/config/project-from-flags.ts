/** The project that `seabird up` runs without a `seabird.yaml`: its flags and their defaults. */

import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { Environment } from "./environment.ts";
import { hasProject, projectOf, type TextSources } from "./load-project.ts";
import type { ProjectConfig } from "./project.ts";

export interface ProjectFromFlags {
  readonly irc?: string;
  readonly channel: readonly string[];
  readonly nick?: string;
  readonly plugin: readonly string[];
  /** False: no chat room in the terminal. */
  readonly terminal: boolean;
}

const IRC_SCHEMES = ["irc:", "ircs:", "ircs+unsafe:"];
const DEFAULT_IRC = { id: "seabird", nick: "seabird" };

/**
 * Reads the environment and `.env` each time. Throws a CliError for flags that cannot work, and
 * ProjectProblems for wrong settings.
 */
export async function projectFromFlags(
  flags: ProjectFromFlags,
  sources: Omit<TextSources, "file">,
): Promise<ProjectConfig> {
  if (hasProject(sources.folder)) {
    throw new CliError(
      EXIT.usage,
      "this run was started without a seabird.yaml, and now there is one",
      "stop `seabird up` and start it again to run what the file names",
    );
  }
  checkPlugins(flags.plugin);
  checkIrc(flags);
  const { env = process.env, folder } = sources;
  const variables = new Environment(env, folder);
  const id = variables.findSet(["IRC_ID"])?.value ?? DEFAULT_IRC.id;
  const content = {
    backends: {
      ...(flags.irc === undefined ? {} : { [`irc/${id}`]: { nick: DEFAULT_IRC.nick } }),
      ...(flags.terminal ? { "terminal/local": {} } : {}),
    },
    plugins: Object.fromEntries(flags.plugin.map((name) => [name, {}])),
  };
  // Flags go before the environment, which goes before the defaults above.
  const given = {
    ...(flags.irc === undefined ? {} : { IRC_HOST: flags.irc }),
    ...(flags.nick === undefined ? {} : { IRC_NICK: flags.nick }),
    ...(flags.channel.length === 0 ? {} : { IRC_CHANNELS: flags.channel.join(",") }),
  };
  return await projectOf(JSON.stringify(content), { ...sources, env: { ...env, ...given } });
}

function checkPlugins(names: readonly string[]): void {
  const wrong = names.find((name) => !/^[a-z][a-z0-9-]{0,39}$/.test(name));
  if (wrong === undefined) return;
  throw new CliError(
    EXIT.usage,
    `${JSON.stringify(wrong)} is no plugin's name`,
    "a plugin of your own goes into a seabird.yaml, by the path of its file",
  );
}

function checkIrc({ irc, channel, nick }: ProjectFromFlags): void {
  if (irc === undefined) {
    if (channel.length === 0 && nick === undefined) return;
    throw new CliError(EXIT.usage, "--channel and --nick belong to --irc", "add --irc irc://host");
  }
  const url = URL.parse(irc);
  if (url !== null && IRC_SCHEMES.includes(url.protocol) && url.hostname !== "") return;
  throw new CliError(
    EXIT.usage,
    `--irc is ${JSON.stringify(irc)}, which is no IRC server`,
    "give one like irc://irc.example.org or ircs://irc.example.org:6697",
  );
}
