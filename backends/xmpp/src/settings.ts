/**
 * The settings of an XMPP account. `seabird.yaml`, environment variables (`x-env`), flags, `--help`,
 * the questions of `seabird init` (`x-ask`) and the table in the docs all come from this schema.
 */
import { live, secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";
import { parseService, SERVICE_PATTERN } from "./connection/endpoints.ts";
import { DEFAULT_LIMITS } from "./options.ts";

/** The variables of the environment that set it too. */
function fromEnv(...env: readonly string[]) {
  return { "x-env": [...env] };
}

function text(pattern: RegExp, message: string) {
  return z.string().regex(pattern, message).meta({ "x-message": message });
}

const ADDRESS = "has to be an address such as bot@example.org";
const SERVICE = "has to be an address such as xmpp://xmpp.example.org, or xmpps://host:5223";
const ROOM = 'has to be a room\'s address, such as "lobby@rooms.example.org"';
/** `local@domain`, both without signs that are none in an address (RFC 7622). */
const BARE = /^[^\s\p{Cc}"&'/:<>@]+@[^\s\p{Cc}"&'/:<>@]+$/u;

const INVITER = "has to be an address such as ann@example.org, or @example.org for everybody there";
const ONE_LINE = "has to be text on one line";

/** Milliseconds; an hour at most. */
function milliseconds(value: number, description: string, variable: string) {
  return z
    .number()
    .int()
    .min(1)
    .max(3_600_000)
    .default(value)
    .meta({ description, ...fromEnv(variable) });
}

const tls = z.strictObject({
  required: z
    .boolean()
    .default(true)
    .meta({
      description: "no: a server without TLS will do; on this machine itself it always does",
      ...fromEnv("XMPP_TLS_REQUIRED"),
    }),
  verify: z
    .boolean()
    .default(true)
    .meta({ description: "no: accept any certificate", ...fromEnv("XMPP_TLS_VERIFY") }),
  ca: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "PEM file: the authorities that are trusted instead of the machine's",
      ...fromEnv("XMPP_TLS_CA_FILE"),
    }),
});

const roomWithPassword = z.strictObject({
  name: text(BARE, ROOM),
  password: secret().optional(),
  nick: text(/^[^\p{Cc}]+$/u, ONE_LINE).optional(),
});

export const settings = z.strictObject({
  address: text(BARE, ADDRESS).meta({
    description: "the bot's address (JID)",
    ...fromEnv("XMPP_ADDRESS"),
    "x-ask": {
      order: 1,
      question: "The bot's address?",
      placeholder: "mybot@example.org",
      names: true,
    },
  }),
  password: secret().meta({
    description: "the password of this account",
    ...fromEnv("XMPP_PASSWORD"),
    "x-ask": { order: 2, question: "Its password?" },
  }),
  channels: live(
    z
      .array(z.union([text(BARE, ROOM), roomWithPassword], { error: ROOM }))
      .max(1_000)
      .default([]),
  ).meta({
    description:
      "rooms, joined after each connect: `lobby@rooms.example.org`, or `{ name: …, password: …, nick: … }`",
    ...fromEnv("XMPP_CHANNELS"),
    "x-ask": {
      order: 3,
      question: "Which rooms shall it join?",
      placeholder: "lobby@rooms.example.org; none with Enter",
    },
  }),
  nick: text(/^[^\p{Cc}]+$/u, ONE_LINE)
    .optional()
    .meta({
      description: "the bot's nick in rooms; default: its address up to the @",
      ...fromEnv("XMPP_NICK"),
    }),
  command_prefix: text(/^[^\s\p{Cc}]+$/u, "has to be signs without spaces, such as !")
    .default("!")
    .meta({ description: "what commands begin with", ...fromEnv("XMPP_COMMAND_PREFIX") }),
  service: z
    .string()
    .check(({ value, issues }) => {
      if (parseService(value) !== undefined) return;
      issues.push({ code: "custom", message: SERVICE, input: value });
    })
    .optional()
    .meta({
      description:
        "where the server is, if its domain does not say: `xmpp://host[:5222]`, `xmpps://host[:5223]` with TLS from the start",
      pattern: SERVICE_PATTERN.source,
      "x-message": SERVICE,
      ...fromEnv("XMPP_SERVICE"),
    }),
  tls: tls.optional().describe("how the connection is encrypted"),
  accept_invites_from: z
    .array(text(/^[^\s\p{Cc}"&'/:<>@]*@[^\s\p{Cc}"&'/:<>@]+$/u, INVITER))
    .max(100)
    .default([])
    .meta({
      description:
        "who may invite the bot to a room: addresses, or `@example.org` for everybody there",
      ...fromEnv("XMPP_ACCEPT_INVITES_FROM"),
    }),
  rejoin: z
    .boolean()
    .default(false)
    .meta({ description: "come back to a room after a kick", ...fromEnv("XMPP_REJOIN") }),
  state_file: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "where the bot's own reactions are kept; default: in `.seabird/`, where there is such a folder",
      ...fromEnv("XMPP_STATE_FILE"),
    }),
  ping_timeout_ms: milliseconds(
    DEFAULT_LIMITS.pingTimeoutMs,
    "milliseconds without an answer from the server after which the connection counts as lost",
    "XMPP_PING_TIMEOUT_MS",
  ),
  self_ping_ms: milliseconds(
    DEFAULT_LIMITS.selfPingMs,
    "milliseconds of silence after which the bot asks a room whether it is still in it",
    "XMPP_SELF_PING_MS",
  ),
  reconnect_ms: milliseconds(
    DEFAULT_LIMITS.reconnectMinMs,
    "milliseconds before the first reconnect; doubles, up to 30 times that",
    "XMPP_RECONNECT_MS",
  ),
});

export type XmppSettings = Readonly<z.output<typeof settings>>;
