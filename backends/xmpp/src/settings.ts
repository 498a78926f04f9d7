/**
 * The settings of an XMPP account. `seabird.yaml`, environment variables (`x-env`), flags, `--help`,
 * the questions of `seabird init` (`x-ask`) and the table in the docs all come from this schema.
 */
import { live, secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";

/** The variables of the environment that set it too. */
function fromEnv(...env: readonly string[]) {
  return { "x-env": [...env] };
}

function text(pattern: RegExp, message: string) {
  return z.string().regex(pattern, message).meta({ "x-message": message });
}

const ADDRESS = "has to be an address such as bot@example.org";
const ROOM = 'has to be a room\'s address, such as "lobby@rooms.example.org"';
/** `local@domain`, both without signs that are none in an address (RFC 7622). */
const BARE = /^[^\s\p{Cc}"&'/:<>@]+@[^\s\p{Cc}"&'/:<>@]+$/u;

const roomWithPassword = z.strictObject({
  name: text(BARE, ROOM),
  password: secret().optional(),
  nick: text(/^[^\p{Cc}]+$/u, "has to be a nick").optional(),
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
  nick: text(/^[^\p{Cc}]+$/u, "has to be a nick")
    .optional()
    .meta({
      description: "the bot's nick in rooms; default: its address up to the @",
      ...fromEnv("XMPP_NICK"),
    }),
  command_prefix: text(/^[^\s\p{Cc}]+$/u, "has to be signs without spaces, such as !")
    .default("!")
    .meta({ description: "what commands begin with", ...fromEnv("XMPP_COMMAND_PREFIX") }),
});

export type XmppSettings = Readonly<z.output<typeof settings>>;
