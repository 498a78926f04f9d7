/** The rules of a network, as its server announces them (ISUPPORT, numeric 005). Pure. */
import { MAX_LINE_BYTES } from "../message/line.ts";

/** Defaults are those of RFC 2812. */
export interface NetworkRules {
  readonly caseMapping: string;
  readonly channelTypes: string;
  /** Prefixes that address a rank in a channel, such as its operators: `@#channel` (STATUSMSG). */
  readonly statusPrefixes: string;
  readonly maxTopicBytes: number | undefined;
  /** Bytes of a nick; a longer one is refused or cut. */
  readonly maxNickBytes: number | undefined;
  /** Bytes of a line without its end and its tags. */
  readonly maxLineBytes: number;
}

export const DEFAULT_RULES: NetworkRules = {
  caseMapping: "rfc1459",
  channelTypes: "#&",
  statusPrefixes: "",
  maxTopicBytes: undefined,
  maxNickBytes: undefined,
  maxLineBytes: MAX_LINE_BYTES,
};

/** The rules after one line of 005: `nick NAME=value NAME … :are supported by this server`. */
export function rulesOf(params: readonly string[], before: NetworkRules): NetworkRules {
  let rules = before;
  for (const token of params.slice(1, -1)) {
    const [name = "", value = ""] = token.split("=", 2);
    rules = { ...rules, ...ruleOf(name.toUpperCase(), value) };
  }
  return rules;
}

function ruleOf(name: string, value: string): Partial<NetworkRules> {
  switch (name) {
    case "CASEMAPPING":
      return { caseMapping: value.toLowerCase() };
    case "CHANTYPES":
      return value === "" ? {} : { channelTypes: value };
    case "STATUSMSG":
      return { statusPrefixes: value };
    case "TOPICLEN":
      return { maxTopicBytes: positive(value) };
    case "NICKLEN":
      return { maxNickBytes: positive(value) };
    case "LINELEN":
      return { maxLineBytes: lineBytes(value) };
    default:
      return {};
  }
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
