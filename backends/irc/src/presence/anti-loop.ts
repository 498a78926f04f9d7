/**
 * Stops loops in which the bot and another program answer each other: the bot is silent for a while
 * where it sends the same text again and again, or where somebody's commands come faster after its
 * answers than a person reads them.
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

/** Milliseconds in which a command may still react to the first line of an answer that is being sent. */
const SENDING_MS = 3 * LOOP_COMMAND_MS;

export interface AntiLoopHooks {
  /** The form of a name in which equal names are equal. */
  fold(name: string): string;
  /** A silence begins. Once for each. */
  silent(target: string, why: string, forMs: number): void;
}

/** What happened lately in a channel, or with a user. */
interface Activity {
  /** When each text was sent, the latest last; by digest. */
  readonly texts: Map<string, number[]>;
  /** Commands in a row that came quickly after the bot's answers, by folded nick. */
  readonly quickCommands: Map<string, number>;
  /** Messages that are being sent. */
  sending: number;
  lastSendStartedAtMs: number;
  lastSentAtMs: number;
  silence: { readonly untilMs: number; readonly why: string } | undefined;
}

export class AntiLoop {
  readonly #hooks: AntiLoopHooks;
  readonly #clock: Clock;
  /** By folded name, the most recently used last. */
  readonly #activities = new Map<string, Activity>();

  constructor(hooks: AntiLoopHooks, clock: Clock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  /** Why nothing may be sent there now; undefined if it may. */
  refusal(target: string): string | undefined {
    const { silence } = this.#activityOf(target);
    if (silence === undefined) return undefined;
    const leftMs = silence.untilMs - this.#clock.now();
    return `silent in ${target} for ${formatSeconds(leftMs)}: ${silence.why}`;
  }

  /** Sends a message; one that fails does not count. */
  async send<Result>(target: string, text: string, send: () => Promise<Result>): Promise<Result> {
    const activity = this.#activityOf(target);
    const undo = this.#count(activity, target, text);
    activity.sending += 1;
    activity.lastSendStartedAtMs = this.#clock.now();
    try {
      const result = await send();
      activity.lastSentAtMs = this.#clock.now();
      return result;
    } catch (reason) {
      undo();
      throw reason;
    } finally {
      activity.sending -= 1;
    }
  }

  commandReceived(target: string, nick: string): void {
    const activity = this.#activityOf(target);
    const user = this.#hooks.fold(nick);
    const pace = this.#paceOf(activity);
    if (pace === "unknown") return;
    const inARow = pace === "quick" ? (activity.quickCommands.get(user) ?? 0) + 1 : 0;
    setLatest(activity.quickCommands, user, inARow, MAX_LOOP_ENTRIES);
    if (inARow < LOOP_COMMANDS) return;
    const within = `within ${LOOP_COMMAND_MS / 1_000} s of our answers`;
    this.#beSilent(activity, target, `${inARow} commands of ${nick} ${within}`);
  }

  /** How soon a command comes after an answer, each line of which may have caused it. */
  #paceOf(activity: Activity): "quick" | "slow" | "unknown" {
    const { sending, lastSendStartedAtMs, lastSentAtMs } = activity;
    const now = this.#clock.now();
    if (now - lastSentAtMs <= LOOP_COMMAND_MS) return "quick";
    if (sending === 0 || now - lastSendStartedAtMs > SENDING_MS) return "slow";
    return now - lastSendStartedAtMs <= LOOP_COMMAND_MS ? "quick" : "unknown";
  }

  /** Returns its undo. */
  #count(activity: Activity, target: string, text: string): () => void {
    const now = this.#clock.now();
    const digest = createHash("sha256").update(text).digest("base64");
    const times = activity.texts.get(digest) ?? [];
    while (times[0] !== undefined && now - times[0] >= LOOP_TEXT_MS) times.shift();
    times.push(now);
    setLatest(activity.texts, digest, times, MAX_LOOP_ENTRIES);
    if (times.length >= LOOP_TEXTS) {
      const why = `the same text ${times.length} times in ${LOOP_TEXT_MS / 1_000} s`;
      this.#beSilent(activity, target, why);
    }
    return () => {
      const index = times.indexOf(now);
      if (index !== -1) times.splice(index, 1);
    };
  }

  #beSilent(activity: Activity, target: string, why: string): void {
    if (activity.silence !== undefined) return;
    activity.silence = { untilMs: this.#clock.now() + LOOP_SILENCE_MS, why };
    activity.texts.clear();
    activity.quickCommands.clear();
    this.#hooks.silent(target, why, LOOP_SILENCE_MS);
  }

  #activityOf(target: string): Activity {
    const key = this.#hooks.fold(target);
    const activity = this.#activities.get(key) ?? noActivity();
    setLatest(this.#activities, key, activity, MAX_LOOP_TARGETS);
    if (activity.silence !== undefined && this.#clock.now() >= activity.silence.untilMs) {
      activity.silence = undefined;
    }
    return activity;
  }
}

function noActivity(): Activity {
  return {
    texts: new Map(),
    quickCommands: new Map(),
    sending: 0,
    lastSendStartedAtMs: Number.NEGATIVE_INFINITY,
    lastSentAtMs: Number.NEGATIVE_INFINITY,
    silence: undefined,
  };
}

/** Moves the key to the end of the map; beyond `max` the first one is removed. */
function setLatest<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** `4 min 58 s`, or `58 s`. */
function formatSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
