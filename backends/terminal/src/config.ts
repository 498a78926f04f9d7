/** What the room is called and who is in it: flags, then environment, then defaults. */
import { parseArgs } from "node:util";
import { z } from "zod";

const name = z
  .string()
  .regex(
    /^[^\s\p{Cc}]{1,64}$/u,
    "has to be 1 to 64 characters without spaces or control characters",
  );

const schema = z.object({
  /** This backend's name among those of type `terminal`. */
  id: name.default("local"),
  /** The person at the keyboard. */
  user: name.default("you"),
  /** What the bot is called here. */
  nick: name.default("seabird"),
  /** The room one lands in. */
  channel: name.default("#terminal"),
  commandPrefix: name.default("!"),
  /** In a script: its lines wait for the supervisor's message `{ type: "go" }`. */
  waitForGo: z.boolean().default(false),
  /** When all is said, the room stays until its supervisor stops it. */
  leaveInTurn: z.boolean().default(false),
});

export type Config = Readonly<z.infer<typeof schema>>;

const FLAGS = {
  id: { type: "string" },
  user: { type: "string" },
  nick: { type: "string" },
  channel: { type: "string" },
  "command-prefix": { type: "string" },
  "wait-for-go": { type: "boolean" },
  "leave-in-turn": { type: "boolean" },
  help: { type: "boolean", short: "h" },
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

  SEABIRD_HOST, SEABIRD_TOKEN or SEABIRD_TOKEN_FILE say where core is.
`;

/** Wrong flags or values: one line that names the value and what is allowed. */
export class ConfigError extends Error {}

/** Undefined if only help was asked for. Throws ConfigError. */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config | undefined {
  const flags = parseFlags(args);
  if (flags.help) return undefined;
  const values = {
    id: flags.id ?? given(env["SEABIRD_TERMINAL_ID"]),
    user: flags.user ?? given(env["SEABIRD_TERMINAL_USER"]) ?? login(env),
    nick: flags.nick ?? given(env["SEABIRD_TERMINAL_NICK"]),
    channel: flags.channel ?? given(env["SEABIRD_TERMINAL_CHANNEL"]),
    commandPrefix: flags["command-prefix"] ?? given(env["SEABIRD_TERMINAL_COMMAND_PREFIX"]),
    waitForGo: flags["wait-for-go"],
    leaveInTurn: flags["leave-in-turn"],
  };
  const result = schema.safeParse(values);
  if (result.success) return Object.freeze(result.data);
  const [issue] = result.error.issues;
  const option = String(issue?.path[0]) as keyof typeof values;
  const flag = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new ConfigError(`--${flag} is ${JSON.stringify(values[option])}; it ${issue?.message}`);
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (reason) {
    const what = reason instanceof Error ? reason.message : String(reason);
    throw new ConfigError(`${what.replace(/\.?$/, "")}; --help lists the flags`);
  }
}

function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** A login that is no proper name is no reason to fail. */
function login(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const found = given(env["USER"]) ?? given(env["LOGNAME"]);
  return name.safeParse(found).success ? found : undefined;
}
