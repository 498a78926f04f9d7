/** One word for one thing: private terms that the field's words have replaced stay away. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

/** Private terms, found as a word of an identifier or file name (`loadHouse`, `house-run`) and in prose. */
const WORDS: Readonly<Record<string, string>> = {
  announcer: "reporter",
  blame: "error attribution",
  crew: "supervisor",
  doorman: "launcher",
  fate: "handler",
  fates: "handlers",
  house: "project",
  houses: "projects",
  patiently: "retryWhileBusy",
  stillness: "IdleDetector",
  verdict: "outcome",
  verdicts: "outcomes",
};

/** Private terms that are ordinary words elsewhere: whole identifiers only. */
const IDENTIFIERS: Readonly<Record<string, string>> = {
  Beginning: "CallSetup",
  Dropped: "DropResult",
  HeldBytes: "BufferAccounting",
  Heard: "IncomingMessage",
  HeardInChannel: "IncomingChannelMessage",
  HttpDoor: "HttpRouter",
  IngestHolds: "IngestBackpressure",
  KeyTurns: "KeyedMutex",
  KnownCallers: "AuthCache",
  Opening: "CallSetup",
  OwnSettings: "CliSettings",
  PartSpec: "ComponentSpec",
  Said: "MessageContent",
  Told: "NetworkEvent",
  Turns: "TickScheduler, Mutex or RoundRobin",
  Unzips: "GunzipPool",
  admitStranger: "admitAnonymous",
  allowance: "RateLimiter",
  breath: "yieldIfAborted",
  comeBack: "reacquire",
  forgo: "abandon",
  handover: "bootstrapConfig",
  isLookedAt: "isObserved",
  isRoom: "isInteractive",
  lastWords: "logTail",
  maxIngestHoldMs: "maxIngestPauseMs",
  neverWait: "setNonBlocking",
  noticed: "TrackedPromise",
  onceForAll: "process singleton",
  patienceMs: "timeoutMs",
  seabird_collected_bytes: "seabird_request_buffer_bytes",
  seabird_ingest_held_seconds_total: "seabird_ingest_paused_seconds_total",
  seabird_ingest_holds_total: "seabird_ingest_pauses_total",
  seabird_watched: "seabird_active_timeouts",
  tellDuration: "formatDuration",
  toTold: "toNetworkEvent",
  withoutStart: "stripPrefix",
  wordsOf: "errorMessage",
};

/** Turns of phrase that a reader has to translate. */
const PHRASES: Readonly<Record<string, string>> = {
  "as in life": "say what happens",
  "in the clear": "as plain text",
  "is told of": "is reported, receives",
  "are told of": "are reported, receive",
  "what ails": "what is wrong with",
  "whose fault": "the responsible party",
};

/** The pages that explain the terms, and the files that hold the lists. */
const EXEMPT =
  /^(scripts\/checks\/(words|checks\.test)\.ts|docs\/glossary\.md|package-lock\.json)$/;
const CODE = /\.(ts|js|mjs)$/;
const TEXT =
  /\.(ts|js|mjs|py|go|rs|proto|json|md|ya?ml|sh)$|(^|\/)(\.env\.example|test-servers|\.ci\/run)$/;

const privateWord = new RegExp(`^(?:${Object.keys(WORDS).join("|")})$`);
const phrases = new RegExp(
  `\\b(?:${Object.keys(PHRASES).join("|").replaceAll(" ", " +")})\\b`,
  "gi",
);

/** The words of `loadHouse`, `HOUSE_FILE` or `house-run`, in lower case. */
function splitWords(identifier: string): string[] {
  return identifier
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

type Finding = readonly [index: number, found: string, better: string];

/** Comments and strings blanked out, roughly: what is left are identifiers. */
function codeOnly(text: string): string {
  const blank = (found: string) => found.replaceAll(/[^\n]/g, " ");
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, blank);
}

function findIdentifiers(text: string): Finding[] {
  return [...codeOnly(text).matchAll(/[A-Za-z_$][\w$]*/g)].flatMap(({ 0: found, index }) => {
    const better = Object.hasOwn(IDENTIFIERS, found) ? IDENTIFIERS[found] : undefined;
    return better === undefined ? [] : [[index, found, better] as const];
  });
}

function findWords(text: string): Finding[] {
  return [...text.matchAll(/[A-Za-z_$][\w$]*/g)].flatMap(({ 0: found, index }) => {
    const word = splitWords(found).find((each) => privateWord.test(each));
    return word === undefined ? [] : [[index, found, WORDS[word] ?? ""] as const];
  });
}

function findPhrases(text: string): Finding[] {
  // A phrase may be broken over two lines, of a comment too.
  const flat = text.replaceAll(/\n[ \t]*(?:\*|\/\/\/?|#)?/g, (gap) => " ".repeat(gap.length));
  return [...flat.matchAll(phrases)].map(({ 0: found, index }) => {
    const phrase = found.replaceAll(/ +/g, " ").toLowerCase();
    return [index, phrase, PHRASES[phrase] ?? ""] as const;
  });
}

export const words: Check = {
  name: "words",
  that: "names and prose use the field's words (docs/glossary.md)",
  async find(root) {
    const problems: string[] = [];
    for (const path of await trackedFiles(root)) {
      if (EXEMPT.test(path)) continue;
      const inName = splitWords(path).find((each) => privateWord.test(each));
      if (inName !== undefined) problems.push(`${path}: "${inName}", better: ${WORDS[inName]}`);
      if (!TEXT.test(path)) continue;
      const text = await readFile(join(root, path), "utf8");
      const findings = [
        ...findWords(text),
        ...findPhrases(text),
        ...(CODE.test(path) ? findIdentifiers(text) : []),
      ];
      for (const [index, found, better] of findings) {
        const line = text.slice(0, index).split("\n").length;
        problems.push(`${path}:${line} "${found}", better: ${better}`);
      }
    }
    return problems;
  },
};
