/** The rules of a network, as its server announces them (ISUPPORT, numeric 005). Pure. */
import { MAX_LINE_BYTES } from "../message/line.ts";

/** Defaults are those of RFC 2812. */
export interface NetworkRules {
  readonly caseMapping: string;
  readonly channelTypes: string;
  /** Prefixes that address a rank in a channel, such as its operators: `@#channel` (STATUSMSG). */
  readonly statusPrefixes: string;
  /** Signs in front of a nick in NAMES (PREFIX). */
  readonly memberPrefixes: string;
  /** Tags of clients that the server does not pass on (CLIENTTAGDENY): names, `*`, or `-name`. */
  readonly deniedTags: readonly string[];
  /** The user mode by which a bot says that it is one (BOT). */
  readonly botMode: string | undefined;
  /** WHO can be asked for accounts (WHOX). */
  readonly hasWhox: boolean;
  readonly maxTopicBytes: number | undefined;
  /** Bytes of a nick; a longer one is refused or cut. */
  readonly maxNickBytes: number | undefined;
  /** Bytes of a line without its end and its tags. */
  readonly maxLineBytes: number;
  /** How many channels one may be in (CHANLIMIT). */
  readonly channelLimits: readonly ChannelLimit[];
}

/** Channels whose names begin with one of `prefixes` count together; "": all channels. */
export interface ChannelLimit {
  readonly prefixes: string;
  readonly max: number;
}

export const DEFAULT_RULES: NetworkRules = {
  caseMapping: "rfc1459",
  channelTypes: "#&",
  statusPrefixes: "",
  memberPrefixes: "@+",
  deniedTags: [],
  botMode: undefined,
  hasWhox: false,
  maxTopicBytes: undefined,
  maxNickBytes: undefined,
  maxLineBytes: MAX_LINE_BYTES,
  channelLimits: [],
};

/**
 * The rules after one line of 005: `nick NAME=value NAME -NAME … :are supported by this server`. A
 * server may change its rules at any time; `-NAME` withdraws one.
 */
export function rulesOf(params: readonly string[], before: NetworkRules): NetworkRules {
  let rules = before;
  for (const token of params.slice(1, -1)) {
    const [name = "", value = ""] = token.split("=", 2);
    const row = ROWS[name.replace(/^-/, "").toUpperCase()];
    if (row === undefined) continue;
    const [key, read] = row;
    const given = name.startsWith("-") ? DEFAULT_RULES[key] : read(value);
    // The newer name of the two counts.
    if (/^-?MAXCHANNELS$/i.test(name) && rules.channelLimits.some(isByPrefix)) continue;
    rules = { ...rules, [key]: given };
  }
  return rules;
}

type Row<Key extends keyof NetworkRules = keyof NetworkRules> = readonly [
  key: Key,
  read: (value: string) => NetworkRules[Key],
];

const ROWS: Readonly<Partial<Record<string, Row>>> = Object.assign(Object.create(null), {
  CASEMAPPING: ["caseMapping", (value) => value.toLowerCase() || DEFAULT_RULES.caseMapping],
  CHANTYPES: ["channelTypes", (value) => value || DEFAULT_RULES.channelTypes],
  STATUSMSG: ["statusPrefixes", (value) => value],
  PREFIX: ["memberPrefixes", (value) => value.replace(/^\([^)]*\)/, "")],
  CLIENTTAGDENY: ["deniedTags", (value) => value.split(",").slice(0, MAX_DENIED_TAGS)],
  BOT: ["botMode", (value) => (/^[A-Za-z]$/.test(value) ? value : undefined)],
  WHOX: ["hasWhox", () => true],
  TOPICLEN: ["maxTopicBytes", positive],
  NICKLEN: ["maxNickBytes", positive],
  LINELEN: ["maxLineBytes", lineBytes],
  CHANLIMIT: ["channelLimits", channelLimits],
  MAXCHANNELS: ["channelLimits", (value) => channelLimits(`:${value}`)],
} satisfies Record<string, Row>);

/** Names that are kept; more do not fit in a line. */
const MAX_DENIED_TAGS = 100;

/** Whether the server passes a tag of clients on; `tag` is its name without `+`. */
export function passesTag(tag: string, { deniedTags }: Pick<NetworkRules, "deniedTags">): boolean {
  if (deniedTags.includes(`-${tag}`)) return true;
  return !deniedTags.includes("*") && !deniedTags.includes(tag);
}

/** `#:20,&:` or `#&:20`; without a number there is no limit. */
function channelLimits(value: string): readonly ChannelLimit[] {
  return value.split(",").flatMap((each) => {
    const [prefixes = "", number = ""] = each.split(":", 2);
    const max = positive(number);
    return max === undefined ? [] : [{ prefixes, max }];
  });
}

/** Whether one may be in a channel of this name besides the others. */
export function hasRoom(
  name: string,
  others: readonly string[],
  limits: readonly ChannelLimit[],
): boolean {
  return limits.every(({ prefixes, max }) => {
    const counts = (each: string) => prefixes === "" || prefixes.includes(each.charAt(0));
    return !counts(name) || others.filter(counts).length < max;
  });
}

function isByPrefix({ prefixes }: ChannelLimit): boolean {
  return prefixes !== "";
}

function positive(value: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined;
}

/** Bytes of a line that a server may announce; neither more nor fewer than the usual 510 are accepted. */
const MOST_LINE_BYTES = 16_384;

function lineBytes(value: string): number {
  const bytes = (positive(value) ?? 0) - "\r\n".length;
  return Math.min(Math.max(bytes, MAX_LINE_BYTES), MOST_LINE_BYTES);
}
