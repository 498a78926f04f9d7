/** Capabilities as core gets them: what is declared, and what the connection's functions say. Pure. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type Capabilities,
  CapabilitiesSchema,
  MAX_CAPABILITY_CHANNELS,
  MAX_CAPABILITY_ENTRIES,
  MAX_CAPABILITY_NAME_BYTES,
  MAX_EMOJI_BYTES,
  Support,
} from "@seabird-chat/protocol";
import {
  type BackendCapabilities,
  CAPABILITY_LIMITS,
  type ChannelCapabilities,
  FEATURES,
  type Feature,
} from "./capabilities.ts";
import { MESSAGE_REQUESTS } from "./message-requests.ts";
import type { Functions } from "./request-kind.ts";
import { needText, optionalText } from "./to-wire.ts";

/** Core refuses a Hello with a longer one. */
const MAX_CHANNEL_ID_BYTES = 1_024;
/** Core counts them with absolute ids, which may be three times as long. */
const MAX_BYTES = 1024 * 1024;

/** What a backend declares once, whatever its network is. */
export interface CapabilityDefaults {
  readonly formats?: readonly string[] | undefined;
  readonly maxMessageBytes?: number | undefined;
}

/** Features that the connection has a function for, by the function's name. */
const BY_FUNCTION: ReadonlyMap<Feature, keyof Functions> = new Map(
  Object.values(MESSAGE_REQUESTS).map(({ capability, needs }) => [capability as Feature, needs]),
);

/**
 * What core is to know. Throws a TypeError for unknown names and for what core does not take; a
 * feature whose function the connection lacks is left out.
 */
export function declareCapabilities(
  declared: BackendCapabilities,
  connection: Functions,
  defaults: CapabilityDefaults = {},
): Capabilities {
  const { channels = {}, ...whole } = declared;
  const ids = Object.entries(channels);
  if (ids.length > MAX_CAPABILITY_CHANNELS) {
    throw new TypeError(`channels has ${ids.length} entries; allowed: ${MAX_CAPABILITY_CHANNELS}`);
  }
  const own = ids.map(([id, each]) => {
    const given = { connection, defaults, path: `channels[${JSON.stringify(id)}].` };
    return [needId(id), create(CapabilitiesSchema, ofOne(each, given))] as const;
  });
  const all = create(CapabilitiesSchema, {
    ...ofOne(whole, { connection, defaults, path: "" }),
    channels: Object.fromEntries(own),
  });
  const bytes = toBinary(CapabilitiesSchema, all).length;
  if (bytes <= MAX_BYTES) return all;
  throw new TypeError(`the capabilities have ${bytes} bytes; allowed: ${MAX_BYTES}`);
}

/** Features that are declared although the connection lacks their function, in words. */
export function lackingFunctions(declared: BackendCapabilities, connection: Functions): string[] {
  return [...BY_FUNCTION].flatMap(([feature, needs]) => {
    const given = [declared, ...Object.values(declared.channels ?? {})].map(
      (each) => each[feature],
    );
    const support = given.find((each) => each !== undefined && each !== "none");
    if (support === undefined || typeof connection[needs] === "function") return [];
    return [
      `${feature} is ${JSON.stringify(support)}; return a function ${needs}, or leave it out`,
    ];
  });
}

interface Given {
  readonly connection: Functions;
  readonly defaults: CapabilityDefaults;
  /** Of what is checked, for messages. */
  readonly path: string;
}

function ofOne(declared: ChannelCapabilities, { connection, defaults, path }: Given) {
  if (typeof declared !== "object" || declared === null) {
    throw new TypeError(`${path || "capabilities"} is no object such as { reply: "full" }`);
  }
  const unknown = Object.keys(declared).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${path}${unknown} is no capability; allowed: ${NAMES.join(", ")}`);
  }
  const { formats = defaults.formats, allowedReactions } = declared;
  return {
    features: featuresOf(declared, connection, path),
    formats: textsOf(formats, `${path}formats`, MAX_CAPABILITY_NAME_BYTES),
    limits: limitsOf({ maxTextBytes: defaults.maxMessageBytes, ...declared.limits }, path),
    allowedReactions: textsOf(allowedReactions, `${path}allowedReactions`, MAX_EMOJI_BYTES),
  };
}

function featuresOf(declared: ChannelCapabilities, connection: Functions, path: string) {
  const features: Record<string, Support> = {};
  for (const [feature, wireName] of Object.entries(FEATURES) as [Feature, string][]) {
    const needs = BY_FUNCTION.get(feature);
    const isMissing = needs !== undefined && typeof connection[needs] !== "function";
    const given = declared[feature] ?? (needs === undefined ? "none" : "full");
    if (!Object.hasOwn(SUPPORT, given)) {
      const allowed = Object.keys(SUPPORT).join(", ");
      throw new TypeError(`${path}${feature} is ${JSON.stringify(given)}; allowed: ${allowed}`);
    }
    const support = SUPPORT[given];
    if (support !== undefined && !isMissing) features[wireName] = support;
  }
  return features;
}

const SUPPORT = { full: Support.FULL, partial: Support.PARTIAL, none: undefined } as const;

const NAMES: readonly string[] = [
  ...Object.keys(FEATURES),
  "formats",
  "limits",
  "allowedReactions",
];

function limitsOf(declared: NonNullable<ChannelCapabilities["limits"]>, path: string) {
  const limits: Record<string, bigint> = {};
  for (const [name, value] of Object.entries(declared)) {
    if (!Object.hasOwn(CAPABILITY_LIMITS, name)) {
      const allowed = Object.keys(CAPABILITY_LIMITS).join(", ");
      throw new TypeError(`${path}limits.${name} is no limit; allowed: ${allowed}`);
    }
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`${path}limits.${name} is ${value}, not a whole number from 0`);
    }
    limits[CAPABILITY_LIMITS[name as keyof typeof CAPABILITY_LIMITS]] = BigInt(value);
  }
  return limits;
}

function textsOf(given: unknown, name: string, maxBytes: number): string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given) || given.length > MAX_CAPABILITY_ENTRIES) {
    throw new TypeError(`${name} is no list of at most ${MAX_CAPABILITY_ENTRIES} texts`);
  }
  return given.map((each) => optionalText(needText(each, `one of ${name}`), name, maxBytes));
}

function needId(id: string): string {
  return optionalText(needText(id, "a channel's id"), "a channel's id", MAX_CHANNEL_ID_BYTES);
}
