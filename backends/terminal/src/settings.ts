/**
 * The settings of the terminal's chat room: `seabird.yaml`, environment variables (`x-env`), flags
 * and `--help` come from this schema.
 */
import { z } from "zod";

const NAME = "has to be 1 to 64 characters without spaces or control characters";

const NAMES = /^[^\s\p{Cc}]{1,64}$/u;

/** Of a person or a room. */
export function isName(given: string): boolean {
  return NAMES.test(given);
}

function name(variable: string) {
  return z
    .string()
    .regex(NAMES, NAME)
    .meta({ "x-message": NAME, "x-env": [variable] });
}

const user = name("TERMINAL_USER");

export const settings = z.strictObject({
  user: user
    .default(() => login(process.env) ?? "you")
    .meta({
      default: undefined,
      description: "who you are; default: your login",
      "x-env": ["TERMINAL_USER"],
    }),
  nick: name("TERMINAL_NICK").default("seabird").describe("what the bot is called here"),
  channel: name("TERMINAL_CHANNEL").default("#terminal").describe("the first chat room"),
  command_prefix: name("TERMINAL_COMMAND_PREFIX").default("!").describe("what commands begin with"),
});

export type TerminalSettings = Readonly<z.infer<typeof settings>>;

/** A login that is no proper name is no reason to fail. */
export function login(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const found = env["USER"] || env["LOGNAME"] || undefined;
  return user.safeParse(found).success ? found : undefined;
}
