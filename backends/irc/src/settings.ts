/**
 * The settings of an IRC network. `seabird.yaml`, environment variables (`x-env`), flags, `--help`,
 * the questions of `seabird init` (`x-ask`) and the table in the docs all come from this schema.
 */
import { live, secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";
import { HOST_PATTERN, HOST_WITH_LOGIN, NO_LOGIN_PATTERN, parseHost } from "./host-url.ts";
import { DEFAULT_LIMITS, type LimitName } from "./limits.ts";
import { isKey } from "./outbound.ts";

/** A text with a pattern, and the message for one that does not fit. */
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

const WORD = "has to be one word without @, ! and commas";

/** What some server takes: a few allow letters beyond ASCII. */
const NICK = /^(?![\d-])(?!.*[\s\p{Cc}])[\w[\]\\`^{|}\u0080-\u{10ffff}-]+$/u;
const NICK_FORM =
  "has to be one word of letters, digits and -[]\\`_^{|} that begins with neither a digit nor -";

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
  description: 'joined after each connect: `#one`, `#two key`, or `{ name: "#two", key: … }`',
  ...fromEnv("IRC_CHANNELS"),
  "x-ask": {
    order: 3,
    question: "Which channels shall it join?",
    placeholder: "#mybot, #other; none with Enter",
  },
});

const sasl = z
  .strictObject({
    account: text(/^[^\s\p{Cc}]*$/u, "has to be one word")
      .optional()
      .meta({
        description: "the account to log in to while connecting (SASL)",
        ...fromEnv("IRC_SASL_ACCOUNT"),
        "x-ask": {
          order: 4,
          question: "Has it an account there (SASL)? Its name",
          placeholder: "none with Enter",
        },
      }),
    password: password("the account's password, for PLAIN", "IRC_SASL_PASS").meta({
      "x-ask": { order: 5, question: "The account's password?", when: "sasl.account" },
    }),
    mechanism: z
      .enum(["PLAIN", "EXTERNAL", "plain", "external"], { error: "has to be PLAIN or EXTERNAL" })
      .default("PLAIN")
      .meta({
        description: "`PLAIN`, or `EXTERNAL` with a certificate (`tls.cert`)",
        ...fromEnv("IRC_SASL_MECHANISM"),
      }),
    required: z
      .boolean()
      .default(true)
      .meta({
        description: "no: connect without login if it fails",
        ...fromEnv("IRC_SASL_REQUIRED"),
      }),
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

function pemFile(what: string, variable: string) {
  const description = `PEM file: ${what}`;
  return z
    .string()
    .min(1)
    .optional()
    .meta({ description, ...fromEnv(variable) });
}

const tls = z
  .strictObject({
    ca: pemFile("the authorities that are trusted instead of the machine's", "IRC_TLS_CA_FILE"),
    cert: pemFile("the bot's certificate, for `EXTERNAL`", "IRC_TLS_CERT_FILE"),
    key: pemFile("the certificate's key", "IRC_TLS_KEY_FILE"),
    verify: z
      .boolean()
      .default(true)
      .meta({ description: "no: accept any certificate", ...fromEnv("IRC_TLS_VERIFY") }),
  })
  .meta({ dependentRequired: { cert: ["key"], key: ["cert"] } })
  .check(({ value, issues }) => {
    if ((value.cert === undefined) === (value.key === undefined)) return;
    const path = [value.cert === undefined ? "cert" : "key"];
    issues.push({ code: "custom", message: "cert and key go together", path, input: value });
  });

/** An hour, in milliseconds. */
const MAX_NUMBER = 3_600_000;

/** A number whose default is that of the option. */
function number(option: LimitName, description: string, variable: string) {
  const value: number = DEFAULT_LIMITS[option];
  return z
    .number()
    .int()
    .min(1)
    .max(MAX_NUMBER)
    .default(value)
    .meta({ description, ...fromEnv(variable) });
}

const MASK = 'has to be "account:alice", or a mask such as "*!*@staff.example.org"';

export const settings = z.strictObject({
  host: host.meta({
    description:
      "the server: `ircs://host[:6697]` with TLS, `irc://host[:6667]` without, `ircs+unsafe://host` with any certificate",
    allOf: [
      { pattern: NO_LOGIN_PATTERN, "x-message": HOST_WITH_LOGIN },
      {
        pattern: HOST_PATTERN,
        "x-message": "has to be an address such as ircs://irc.example.org or ircs://host:6697",
      },
    ],
    ...fromEnv("IRC_HOST"),
    "x-ask": {
      order: 1,
      question: "Which server?",
      placeholder: "ircs://irc.libera.chat",
      scheme: "ircs",
      names: true,
    },
  }),
  nick: z
    .string({ error: "is missing; give one word, such as mybot" })
    .regex(NICK, NICK_FORM)
    .meta({
      "x-message": NICK_FORM,
      description: "the bot's name",
      ...fromEnv("IRC_NICK"),
      "x-ask": {
        order: 2,
        question: "The bot's nick?",
        placeholder: "seabird with Enter",
        default: "seabird",
      },
    }),
  channels,
  sasl: sasl.optional().describe("the account to log in to while connecting"),
  nickserv_password: password("NickServ's password, on networks without SASL", "IRC_NICKSERV_PASS"),
  password: password("the server's own password", "IRC_PASS"),
  command_prefix: text(/^[^\s\p{Cc}]+$/u, "has to be signs without spaces, such as !")
    .default("!")
    .meta({ description: "what commands begin with", ...fromEnv("IRC_COMMAND_PREFIX") }),
  user: text(/^[^\s\p{Cc}:#&@!,][^\s\p{Cc}@!,]*$/u, WORD)
    .optional()
    .meta({
      description: "its user name; default: the letters, digits, `_` and `-` of the nick",
      ...fromEnv("IRC_USER"),
    }),
  real_name: text(/^[^\r\n\0]+$/, "has to be one line")
    .optional()
    .meta({ description: "its real name; default: `user`, else the nick", ...fromEnv("IRC_NAME") }),
  tls: tls.optional().describe("certificates other than the machine's, and the bot's own"),
  accept_invites_from: z
    .array(text(/^(account:[^\s:]+|[^\s\p{Cc}:]*[!@*][^\s\p{Cc}:]*)$/u, MASK))
    .max(100)
    .default([])
    .meta({
      description:
        "who may invite the bot to a channel: `account:alice`, or masks such as `*!*@example.org`",
      ...fromEnv("IRC_ACCEPT_INVITES_FROM"),
    }),
  rejoin: z
    .boolean()
    .default(false)
    .meta({ description: "come back to a channel after a kick", ...fromEnv("IRC_REJOIN") }),
  sts_file: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "where networks that want TLS are remembered; default: in `.seabird/`, where there is such a folder",
      ...fromEnv("IRC_STS_FILE"),
    }),
  burst_lines: number("burstLines", "lines sent at once after a pause", "IRC_BURST_LINES"),
  line_interval_ms: number(
    "lineIntervalMs",
    "milliseconds until one more line is sent",
    "IRC_LINE_INTERVAL_MS",
  ),
  answer_within_ms: number(
    "answerWithinMs",
    "milliseconds in which a request is answered; core's own limit for actions",
    "IRC_ANSWER_WITHIN_MS",
  ),
  ping_timeout_ms: number(
    "pingTimeoutMs",
    "milliseconds without a line from the server after which the connection counts as lost; half of that is the time to a PING",
    "IRC_PING_TIMEOUT_MS",
  ),
  reconnect_ms: number(
    "reconnectMinMs",
    "milliseconds before the first reconnect; doubles, up to 30 times that",
    "IRC_RECONNECT_MS",
  ),
});

export type IrcSettings = Readonly<z.output<typeof settings>>;
