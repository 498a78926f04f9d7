/** The settings of `bridge`: which channels are linked, and what crosses. */
import { absoluteId, parseId } from "@seabird-chat/protocol";
import { DURATION_FORM, parseDuration } from "@seabird-chat/runtime";
import { channelId, live } from "@seabird-chat/sdk/settings";
import { z } from "zod";

const channel = channelId();

const channels = z.union([channel.transform((one) => [one]), z.array(channel).min(1).max(100)]);

/** In milliseconds. */
function duration(byDefault: string, description: string) {
  return z
    .string()
    .refine((text) => parseDuration(text) !== undefined, `has to be ${DURATION_FORM}`)
    .default(byDefault)
    .transform((text) => parseDuration(text) ?? 0)
    .meta({ description });
}

/** `matrix://home/@ann:example.org` as the ids of events are, so that it can be compared; else as it is. */
function person() {
  return z.string().overwrite((text) => {
    const parsed = parseId(text);
    return parsed === undefined ? text : absoluteId(parsed, parsed.relative);
  });
}

const ignore = z
  .strictObject({
    people: z.array(person()).max(1_000).default([]).meta({
      description: "ids, or display names, of people who are not carried over",
    }),
    patterns: z.array(z.string().max(200)).max(100).default([]).meta({
      description: "texts that are not carried over; `*` stands for anything",
    }),
    commands: z.array(z.string()).max(1_000).default([]).meta({
      description: "commands that are not carried over, without prefix; `*`: all",
    }),
  })
  .default({ people: [], patterns: [], commands: [] });

/** What may differ from link to link. */
const crossing = {
  names: z
    .string()
    .regex(/\{name\}/, "has to have {name} in it")
    .optional()
    .meta({
      description: "how a person is called on the other side: `{name}`, `{network}`, `{type}`",
    }),
  topics: z.boolean().optional().meta({ description: "topics are carried over" }),
  typing: z.boolean().optional().meta({ description: "shown while people type" }),
  joins: z.boolean().optional().meta({ description: "who comes and goes is said" }),
  bots: z.boolean().optional().meta({ description: "messages of other bots are carried over" }),
  reactions: z
    .enum(["native", "line", "off"])
    .optional()
    .meta({ description: "`native` where the network has them, also as a `line`, or `off`" }),
  ignore: ignore.optional(),
};

const NEEDS_TWO = "has to have two channels at least";
const MAX_CHANNELS = 100;

const together = z
  .array(channel)
  .min(2, NEEDS_TWO)
  .max(MAX_CHANNELS)
  .refine((ids) => new Set(ids).size === ids.length, "has a channel twice")
  .meta({ uniqueItems: true });

/** `bridge link` makes one of the first form. */
export const link = z.union([
  together,
  z.strictObject({ channels: together, private: z.boolean().default(false), ...crossing }),
  z.strictObject({
    from: channels,
    to: channels,
    private: z.boolean().default(false),
    ...crossing,
  }),
]);

export const LINK_NAME = /^[\p{L}\p{N}_-]{1,64}$/u;

export const settings = z.strictObject({
  links: live(z.record(z.string().regex(LINK_NAME, "has to be one word"), link))
    .default({})
    .meta({
      description:
        "by name: a list of channels that are one, or `from` and `to` for one way; `private: true` if one of them is private",
    }),
  names: live(crossing.names.unwrap()).default("{name} ({network})").meta({
    description: "how a person is called on the other side: `{name}`, `{network}`, `{type}`",
  }),
  topics: live(z.boolean()).default(false).meta({ description: "topics are carried over" }),
  typing: live(z.boolean()).default(true).meta({ description: "shown while people type" }),
  joins: live(z.boolean()).default(false).meta({ description: "who comes and goes is said" }),
  bots: live(z.boolean())
    .default(false)
    .meta({ description: "messages of other bots are carried over" }),
  reactions: live(crossing.reactions.unwrap()).default("native").meta({
    description: "`native` where the network has them, also as a `line`, or `off`",
  }),
  ignore: live(ignore),
  edit_window: live(
    duration("15m", "for how long an edit is said again where messages cannot be edited"),
  ),
  max_link_rate: live(z.number().int().min(1).max(100_000)).default(60).meta({
    description: "messages in ten seconds; a link with more is paused for a minute",
  }),
  queue_messages: z.number().int().min(1).max(100_000).default(1_000).meta({
    description: "messages that wait for a network that is away; older ones are dropped",
  }),
  queue_age: duration("1h", "how long they wait"),
  remember: duration("30d", "how long edits and replies find the copies of a message"),
  admins: live(z.array(person()).max(100)).default([]).meta({
    description: "who may use `bridge`: ids of people, or `account:NAME`",
  }),
  database: z.string().optional().meta({
    description: "where ids are kept: a file, or `postgres://…`; default: in `.seabird/data`",
  }),
});

export type BridgeSettings = Readonly<z.output<typeof settings>>;
export type LinkSettings = BridgeSettings["links"][string];
