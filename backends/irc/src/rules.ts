/** Reads what a server says of itself (ISUPPORT, numeric 005). Pure. */
import type { NetworkRules } from "./network-state.ts";

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
    default:
      return {};
  }
}

function positive(value: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined;
}
