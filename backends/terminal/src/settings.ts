/** What the room is called and who is in it: the settings, and the flags and environment for them. */
import { parseArgs } from "node:util";
import { SeabirdError } from "@seabird-chat/sdk/backend";
import type { OwnSettings } from "@seabird-chat/sdk/program";
import { z } from "zod";

const name = z
  .string()
  .regex(
    /^[^\s\p{Cc}]{1,64}$/u,
    "has to be 1 to 64 characters without spaces or control characters",
  );

/** As in `seabird.yaml`. */
export const settings = z.object({
  user: name
    .describe("who you are; default: your login")
    .default(() => login(process.env) ?? "you")
    .meta({ default: undefined }),
  nick: name.describe("what the bot is called here").default("seabird"),
  channel: name.describe("the room one lands in").default("#terminal"),
  command_prefix: name.describe("what commands begin with").default("!"),
});

export type TerminalSettings = Readonly<z.infer<typeof settings>>;

/** This backend's name among those of type `terminal`. */
export const DEFAULT_ID = "local";

const FLAGS = {
  id: { type: "string" },
  user: { type: "string" },
  nick: { type: "string" },
  channel: { type: "string" },
  "command-prefix": { type: "string" },
} as const;

export const USAGE = `Usage: seabird-backend-terminal [flags]

A chat room in the terminal. Input that is no terminal is a script.

  --id NAME              the backend's id (SEABIRD_TERMINAL_ID, default local)
  --user NAME            who you are (SEABIRD_TERMINAL_USER, default your login)
  --nick NAME            the bot's name (SEABIRD_TERMINAL_NICK, default seabird)
  --channel NAME         the first room (SEABIRD_TERMINAL_CHANNEL, default #terminal)
  --command-prefix TEXT  before commands (SEABIRD_TERMINAL_COMMAND_PREFIX, default !)
  --wait-for-go          a script waits for the supervisor's word
  --leave-in-turn        says { type: "leaving" } to its supervisor, and waits to be stopped
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Flags go before the environment. Throws a SeabirdError `bad_option` that names what is wrong. */
export function readConfig(args: readonly string[], env: Environment): OwnSettings {
  const flags = parseFlags(args);
  const value = (flag: keyof typeof FLAGS) => {
    const variable = `SEABIRD_TERMINAL_${flag.toUpperCase().replaceAll("-", "_")}`;
    return checked(flag, flags[flag] ?? given(env[variable]));
  };
  const rows = {
    user: value("user"),
    nick: value("nick"),
    channel: value("channel"),
    command_prefix: value("command-prefix"),
  };
  const known = Object.entries(rows).filter(([, text]) => text !== undefined);
  return { id: value("id"), settings: Object.fromEntries(known) };
}

function checked(flag: string, text: string | undefined): string | undefined {
  const result = name.optional().safeParse(text);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new SeabirdError(
    "bad_option",
    `--${flag} is ${JSON.stringify(text)}; it ${issue?.message}`,
  );
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (reason) {
    const what = reason instanceof Error ? reason.message : String(reason);
    throw new SeabirdError("bad_option", `${what.replace(/\.?$/, "")}; --help lists the flags`);
  }
}

function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** A login that is no proper name is no reason to fail. */
export function login(env: Environment): string | undefined {
  const found = given(env["USER"]) ?? given(env["LOGNAME"]);
  return name.safeParse(found).success ? found : undefined;
}
