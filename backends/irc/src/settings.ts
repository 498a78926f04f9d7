/** The settings of an IRC network, as they stand in `seabird.yaml`. */
import { live, secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";
import { IRC_OPTION_LIMITS, type IrcLimitName } from "./limits.ts";
import { isKey } from "./outbound.ts";
import { parseHost } from "./settings/host-url.ts";

/** A text with a pattern, and the words for one that does not fit, for whoever checks it. */
function text(pattern: RegExp, message: string) {
  return z.string().regex(pattern, message).meta({ "x-message": message });
}

function password(description: string, ...env: readonly string[]) {
  const message = "has to be one line";
  const line = secret().regex(/^[^\r\n\0]*$/, message);
  return line.optional().meta({ description, "x-message": message, ...fromEnv(...env) });
}

/** The variables of the environment that set it too. */
function fromEnv(...env: readonly string[]) {
  return env.length === 0 ? {} : { "x-env": [...env] };
}

function word(name: string) {
  const message = "has to be one word without @, ! and commas";
  return text(/^[^\s\p{Cc}:#&@!,][^\s\p{Cc}@!,]*$/u, message).describe(name);
}

const host = z
  .string({ error: "is missing; give the server's address, such as ircs://irc.example.org" })
  .check((context) => {
    const parsed = parseHost(context.value);
    if (typeof parsed !== "string") return;
    context.issues.push({ code: "custom", message: parsed, input: context.value });
  });

const CHANNEL_FORMS = 'has to be a channel\'s name, such as "#one"';
const NAME = /^(?![\p{L}\p{N}])[^\s\p{Cc}:,]+$/u;

const channelWithKey = z.strictObject({
  name: text(NAME, CHANNEL_FORMS),
  key: secret()
    .refine(isKey, "has to be one word without commas that does not begin with :")
    .optional(),
});

/** `#one`, or `#one key`. */
const channel = text(
  /^(?![\p{L}\p{N}])[^\s\p{Cc}:,]+( +[^\s\p{Cc}:,][^\s\p{Cc},]*)?$/u,
  CHANNEL_FORMS,
).meta({ "x-mask-after": " " });

const channels = live(
  z
    .array(z.union([channel, channelWithKey], { error: CHANNEL_FORMS }))
    .max(1_000)
    .default([]),
).meta({
  description: 'joined after each connect: "#one", or { name: "#two", key: … }',
  ...fromEnv("IRC_CHANNELS"),
});

const sasl = z
  .strictObject({
    account: text(/^[^\s\p{Cc}]*$/u, "has to be one word").optional(),
    password: password("of the account, for PLAIN"),
    mechanism: z
      .enum(["PLAIN", "EXTERNAL", "plain", "external"], { error: "has to be PLAIN or EXTERNAL" })
      .default("PLAIN"),
    required: z.boolean().default(true).describe("false: connect without login if it fails"),
  })
  .meta({
    if: {
      properties: { mechanism: { enum: ["EXTERNAL", "external"] } },
      required: ["mechanism"],
    },
    else: { required: ["account", "password"] },
  })
  .check(({ value, issues }) => {
    const isPlain = value.mechanism.toUpperCase() === "PLAIN";
    const missing = (["account", "password"] as const).find((key) => !value[key]);
    if (!isPlain || missing === undefined) return;
    issues.push({ code: "custom", message: "PLAIN needs it", path: [missing], input: value });
  });

const tls = z
  .strictObject({
    ca: z.string().min(1).optional().describe("file (PEM): who may vouch for the server"),
    cert: z.string().min(1).optional().describe("file (PEM): our certificate, for EXTERNAL"),
    key: z.string().min(1).optional().describe("file (PEM): its key"),
    verify: z.boolean().default(true).describe("false: take any certificate"),
  })
  .meta({ dependentRequired: { cert: ["key"], key: ["cert"] } })
  .check(({ value, issues }) => {
    if ((value.cert === undefined) === (value.key === undefined)) return;
    const path = [value.cert === undefined ? "cert" : "key"];
    issues.push({ code: "custom", message: "cert and key go together", path, input: value });
  });

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : "";

/** `lineIntervalMs` is `line_interval_ms`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

export const MAX_LIMIT = 86_400_000;

const limits = Object.fromEntries(
  IRC_OPTION_LIMITS.map(({ name, value, unit, what }) => [
    snakeCase(name),
    z.number().int().min(1).max(MAX_LIMIT).default(value).describe(`${unit} ${what}`),
  ]),
) as Record<SnakeCase<IrcLimitName>, z.ZodDefault<z.ZodNumber>>;

/** The first may not be more than the second: a server asked after it counts as dead is always dead. */
export const ORDERED = [
  ["pingIntervalMs", "pingTimeoutMs"],
  ["reconnectMinMs", "reconnectMaxMs"],
] as const satisfies readonly (readonly [IrcLimitName, IrcLimitName])[];

const MASK = 'has to be "account:alice", or a mask such as "*!*@staff.example.org"';

export const settings = z
  .strictObject({
    host: host.meta({
      description: "the server: ircs://host, irc://host:6667, or ircs+unsafe://host",
      // What is said of a password in it must not show it: that is left to our own check.
      pattern: "^(ircs?|ircs\\+unsafe)://[^/]+/?$|@",
      "x-message": "has to be an address such as ircs://irc.example.org",
      ...fromEnv("IRC_HOST"),
    }),
    nick: word("the bot's name").meta(fromEnv("IRC_NICK")),
    user: word("its user name; default: the nick").optional().meta(fromEnv("IRC_USER")),
    real_name: text(/^[^\r\n\0]+$/, "has to be one line")
      .optional()
      .meta({ description: "its real name; default: the user name", ...fromEnv("IRC_NAME") }),
    password: password("the server's password", "IRC_PASS"),
    nickserv_password: password("NickServ's password", "IRC_NICKSERV_PASS"),
    sasl: sasl.optional().describe("the account to log in to while connecting"),
    tls: tls.optional().describe("certificates other than the machine's, and our own"),
    channels,
    command_prefix: text(/^[^\s\p{Cc}]+$/u, "has to be signs without spaces, such as !")
      .default("!")
      .meta({ description: "what commands begin with", ...fromEnv("IRC_COMMAND_PREFIX") }),
    accept_invites_from: z
      .array(text(/^(account:[^\s:]+|[^\s\p{Cc}:]*[!@*][^\s\p{Cc}:]*)$/u, MASK))
      .max(100)
      .default([])
      .describe('who may invite the bot: masks ("*!*@example.org") and "account:alice"'),
    rejoin: z.boolean().default(false).describe("come back to a channel after a kick"),
    antiloop: z
      .boolean()
      .default(true)
      .describe("fall silent for a while where the bot seems to answer another bot"),
    sts_file: z
      .string()
      .min(1)
      .optional()
      .describe("where networks that want TLS are remembered (STS)"),
    ...limits,
  })
  .check(({ value, issues }) => {
    for (const [lower, upper] of ORDERED) {
      const [one, other] = [snakeCase(lower), snakeCase(upper)] as (keyof typeof limits)[];
      if (one === undefined || other === undefined || value[one] <= value[other]) continue;
      const message = `is ${value[one]} and ${other} is ${value[other]}; give ${one} the smaller one`;
      issues.push({ code: "custom", message, path: [one], input: value });
    }
  });

export type IrcSettings = Readonly<z.output<typeof settings>>;
