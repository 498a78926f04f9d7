/** Checks a backend's declaration, for authors whose code has no types. Pure. */
import { SEND_KINDS } from "./requests.ts";

/** The problem, to be put behind `backend "campfire"`; undefined if there is none. */
export function validateSpec(spec: unknown): string | undefined {
  const given = typeof spec === "object" && spec !== null ? (spec as Spec) : {};
  if (typeof given["connect"] !== "function") return "has no function connect(host)";
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined)
    return `has an unknown option "${unknown}"; allowed: ${NAMES.join(", ")}`;
  const wrong = RULES.find(({ name, fits }) => given[name] !== undefined && !fits(given[name]));
  return wrong && `cannot have such a ${wrong.name}; give ${wrong.allowed}`;
}

type Spec = Readonly<Record<string, unknown>>;

interface Rule {
  readonly name: string;
  readonly fits: (value: unknown) => boolean;
  readonly allowed: string;
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
const isText = (value: unknown) => typeof value === "string";
const isListOf = (fits: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(fits);

const RULES: readonly Rule[] = [
  { name: "config", fits: isSchema, allowed: "a schema of zod or another Standard Schema" },
  {
    name: "commandPrefix",
    fits: (value) => isText(value) || typeof value === "function",
    allowed: 'a text such as "!", or a function of the settings',
  },
  { name: "formats", fits: isListOf(isText), allowed: 'a list such as ["bold"]' },
  { name: "maxMessageBytes", fits: isCount, allowed: "a whole number from 1" },
  { name: "connectTimeoutMs", fits: isCount, allowed: "a whole number from 1" },
  { name: "requestTimeoutMs", fits: isCount, allowed: "a whole number from 1" },
  {
    name: "userIds",
    fits: (value) => value === "verified" || value === "unverified",
    allowed: "verified or unverified",
  },
  {
    name: "sends",
    fits: isListOf((value) => (SEND_KINDS as readonly unknown[]).includes(value)),
    allowed: `a list of ${SEND_KINDS.join(", ")}`,
  },
  { name: "capabilities", fits: isObject, allowed: 'an object such as { reply: "full" }' },
  { name: "help", fits: isText, allowed: "one line of text" },
  { name: "version", fits: isText, allowed: "a text" },
];

const NAMES = [...RULES.map(({ name }) => name), "connect", "probe"];

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): boolean {
  const mayHold = (typeof value === "object" && value !== null) || typeof value === "function";
  return mayHold && typeof (value as Spec)["~standard"] === "object";
}
