/**
 * Notices when the bot and another program answer each other without end, and falls silent there
 * for a while: when it says the same to one target again and again, or when somebody's commands
 * come faster behind our answers than a person reads them.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";

/** Times that the same text may go to one target within `LOOP_TEXT_MS` before the bot is silent there. */
const LOOP_TEXTS = 5;
const LOOP_TEXT_MS = 60_000;
/** Commands of one user in a row, each within `LOOP_COMMAND_MS` of an answer of the bot. */
const LOOP_COMMANDS = 3;
const LOOP_COMMAND_MS = 1_000;
/** Milliseconds that the bot is then silent. */
const LOOP_SILENCE_MS = 300_000;
/** Channels and users that are watched; beyond it the least recently used is forgotten. */
const MAX_LOOP_TARGETS = 1_000;
/** Texts, and users, that are watched for each of them; beyond it the least recently used is forgotten. */
const MAX_LOOP_ENTRIES = 64;

/** So long an answer that is on its way may have been read just now: nobody can tell. */
const ON_ITS_WAY_MS = 3 * LOOP_COMMAND_MS;

export interface AntiLoopHooks {
  /** The form of a name in which equal names are equal. */
  fold(name: string): string;
  /** A silence begins. Once for each. */
  silent(target: string, why: string, forMs: number): void;
}

/** A channel, or a person. */
interface Place {
  /** When each text was said, latest last; by digest. */
  readonly said: Map<string, number[]>;
  /** Commands in a row that came within a moment of our answers, by folded nick. */
  readonly quick: Map<string, number>;
  /** Answers on their way, and when the last of them began. */
  answering: number;
  lastBegunAtMs: number;
  lastAnswerAtMs: number;
  silence: { readonly untilMs: number; readonly why: string } | undefined;
}

export class AntiLoop {
  readonly #hooks: AntiLoopHooks;
  readonly #clock: Clock;
  /** By folded name, the one used last at the end. */
  readonly #places = new Map<string, Place>();

  constructor(hooks: AntiLoopHooks, clock: Clock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  /** Why nothing may be said there now, or undefined. */
  refusal(target: string): string | undefined {
    const { silence } = this.#place(target);
    if (silence === undefined) return undefined;
    const leftMs = silence.untilMs - this.#clock.now();
    return `silent in ${target} for ${tellTime(leftMs)}: ${silence.why}`;
  }

  /** Says something; what fails was not said, and does not count. */
  async say<Result>(target: string, text: string, send: () => Promise<Result>): Promise<Result> {
    const place = this.#place(target);
    const forget = this.#count(place, target, text);
    place.answering += 1;
    place.lastBegunAtMs = this.#clock.now();
    try {
      const result = await send();
      place.lastAnswerAtMs = this.#clock.now();
      return result;
    } catch (reason) {
      forget();
      throw reason;
    } finally {
      place.answering -= 1;
    }
  }

  /** Somebody gave a command. */
  heardCommand(target: string, nick: string): void {
    const place = this.#place(target);
    const user = this.#hooks.fold(nick);
    const pace = this.#pace(place);
    if (pace === "unknown") return;
    const inARow = pace === "quick" ? (place.quick.get(user) ?? 0) + 1 : 0;
    keep(place.quick, user, inARow, MAX_LOOP_ENTRIES);
    if (inARow < LOOP_COMMANDS) return;
    const within = `within ${LOOP_COMMAND_MS / 1_000} s of our answers`;
    this.#fallSilent(place, target, `${inARow} commands of ${nick} ${within}`);
  }

  /** How a command comes behind our answers. Each line of a long one may be answered. */
  #pace({ answering, lastBegunAtMs, lastAnswerAtMs }: Place): "quick" | "slow" | "unknown" {
    const now = this.#clock.now();
    if (now - lastAnswerAtMs <= LOOP_COMMAND_MS) return "quick";
    if (answering === 0 || now - lastBegunAtMs > ON_ITS_WAY_MS) return "slow";
    return now - lastBegunAtMs <= LOOP_COMMAND_MS ? "quick" : "unknown";
  }

  /** Returns what takes it back. */
  #count(place: Place, target: string, text: string): () => void {
    const now = this.#clock.now();
    const digest = createHash("sha256").update(text).digest("base64");
    const times = place.said.get(digest) ?? [];
    while (times[0] !== undefined && now - times[0] >= LOOP_TEXT_MS) times.shift();
    times.push(now);
    keep(place.said, digest, times, MAX_LOOP_ENTRIES);
    if (times.length >= LOOP_TEXTS) {
      const why = `the same text ${times.length} times in ${LOOP_TEXT_MS / 1_000} s`;
      this.#fallSilent(place, target, why);
    }
    return () => {
      const at = times.indexOf(now);
      if (at !== -1) times.splice(at, 1);
    };
  }

  #fallSilent(place: Place, target: string, why: string): void {
    if (place.silence !== undefined) return;
    place.silence = { untilMs: this.#clock.now() + LOOP_SILENCE_MS, why };
    place.said.clear();
    place.quick.clear();
    this.#hooks.silent(target, why, LOOP_SILENCE_MS);
  }

  #place(target: string): Place {
    const key = this.#hooks.fold(target);
    const place = this.#places.get(key) ?? emptyPlace();
    keep(this.#places, key, place, MAX_LOOP_TARGETS);
    if (place.silence !== undefined && this.#clock.now() >= place.silence.untilMs) {
      place.silence = undefined;
    }
    return place;
  }
}

function emptyPlace(): Place {
  return {
    said: new Map(),
    quick: new Map(),
    answering: 0,
    lastBegunAtMs: Number.NEGATIVE_INFINITY,
    lastAnswerAtMs: Number.NEGATIVE_INFINITY,
    silence: undefined,
  };
}

/** At the end of the map; beyond `max` the first one is forgotten. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function tellTime(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
