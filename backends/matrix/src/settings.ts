/**
 * The settings of a Matrix account. `seabird.yaml`, environment variables (`x-env`), flags, `--help`,
 * the questions of `seabird init` (`x-ask`) and the table in the docs all come from this schema.
 */
import { live, secret } from "@seabird-chat/sdk/settings";
import { z } from "zod";

/** The variables of the environment that set it too. */
function fromEnv(...env: readonly string[]) {
  return { "x-env": [...env] };
}

/** A text with a pattern, and the message for one that does not fit. */
function text(pattern: RegExp, message: string) {
  return z.string().regex(pattern, message).meta({ "x-message": message });
}

const HOMESERVER =
  "has to be a server's name such as example.org, or its url such as https://matrix.example.org";

const USER = "has to be a user id such as @mybot:example.org, or its name alone such as mybot";

const CHANNEL =
  "has to be an alias such as #lobby:example.org, or a room id such as !abc:example.org";

const channels = live(
  z
    .array(text(/^[#!][^\s\p{Cc}]{1,254}$/u, CHANNEL))
    .max(1_000)
    .default([]),
).meta({
  description: "joined after each start: aliases such as `#lobby:example.org`, or room ids",
  ...fromEnv("MATRIX_CHANNELS"),
  "x-ask": {
    order: 4,
    question: "Which rooms shall it join?",
    placeholder: "#lobby:example.org, #other:example.org; none with Enter",
  },
});

const INVITER =
  'has to be a user id such as "@ann:example.org", or one with * such as "@*:example.org"';

export const settings = z
  .strictObject({
    homeserver: z
      .string({ error: "is missing; give the account's server, such as example.org" })
      .regex(
        /^(https?:\/\/[^\s\p{Cc}/?#@]+\/?|[a-z\d.-]+(:\d+)?|\[[\da-f:.]+\](:\d+)?)$/iu,
        HOMESERVER,
      )
      .meta({
        "x-message": HOMESERVER,
        description: "the account's server: its name, or its url `https://…`",
        ...fromEnv("MATRIX_HOMESERVER"),
        "x-ask": {
          order: 1,
          question: "Which homeserver is the bot's account on?",
          placeholder: "matrix.org",
          names: true,
        },
      }),
    user: text(/^[^\s\p{Cc}]+$/u, USER)
      .optional()
      .meta({
        description: "the account, `@mybot:example.org`; not needed with `access_token`",
        ...fromEnv("MATRIX_USER"),
        "x-ask": { order: 2, question: "The account?", placeholder: "@mybot:example.org" },
      }),
    password: secret()
      .optional()
      .meta({
        description: "its password",
        ...fromEnv("MATRIX_PASSWORD"),
        "x-ask": { order: 3, question: "Its password?", when: "user" },
      }),
    access_token: secret()
      .regex(/^[\x21-\x7e]*$/, "has to be one word")
      .optional()
      .meta({
        description: "a token of the account, in place of `user` and `password`",
        "x-message": "has to be one word",
        ...fromEnv("MATRIX_ACCESS_TOKEN"),
      }),
    channels,
    command_prefix: text(/^[^\s\p{Cc}]+$/u, "has to be signs without spaces, such as !")
      .default("!")
      .meta({ description: "what commands begin with", ...fromEnv("MATRIX_COMMAND_PREFIX") }),
    accept_invites_from: live(
      z
        .array(text(/^[@*][^\s\p{Cc}]*$/u, INVITER))
        .max(100)
        .default([]),
    ).meta({
      description:
        "who may invite the bot, into private rooms too: `@ann:example.org`, `@*:example.org`, or `*`",
      ...fromEnv("MATRIX_ACCEPT_INVITES_FROM"),
    }),
    device_name: text(/^[^\p{Cc}]{1,100}$/u, "has to be one line of at most 100 characters")
      .default("Seabird")
      .meta({
        description: "what the account's list of sessions shows",
        ...fromEnv("MATRIX_DEVICE_NAME"),
      }),
    state_file: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          "where the login and the position in the rooms are kept; default: in `.seabird/`, where there is such a folder",
        ...fromEnv("MATRIX_STATE_FILE"),
      }),
  })
  .meta({
    // What `options.ts` checks too, said before anything starts.
    if: { not: { required: ["access_token"] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ["user", "password"] },
  });

export type MatrixSettings = Readonly<z.output<typeof settings>>;
