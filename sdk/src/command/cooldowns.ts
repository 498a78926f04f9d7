/** Cooldowns of commands: how long before a command runs again. Bounded; the caller gives the time. */
import { BoundedMap } from "../link/bounded-map.ts";
import { MAX_COOLDOWNS } from "./command-limits.ts";
import type { AllCooldowns } from "./command-spec.ts";

/** A longer id is cut, which bounds the memory in bytes too. */
const MAX_KEY_CHARACTERS = 512;

interface Running {
  readonly until: number;
  isReported: boolean;
}

/** `free`: the command may run, and the cooldown has started; `undo` ends it again. */
export type CooldownResult =
  | { readonly free: true; undo(): void }
  | { readonly free: false; readonly waitMs: number; readonly isFirst: boolean };

export class Cooldowns {
  readonly #running = new BoundedMap<string, Running>(MAX_COOLDOWNS);

  /** `isFirst` is true for the first refusal, then false until the cooldown has run out. */
  take(command: string, cooldown: AllCooldowns, who: CooldownKeys, now: number): CooldownResult {
    const rows = keysOf(command, cooldown, who);
    const blocking = rows.flatMap(({ key }) => this.#stillRunning(key, now) ?? []);
    if (blocking.length > 0) {
      const isFirst = blocking.some(({ isReported }) => !isReported);
      for (const running of blocking) running.isReported = true;
      return {
        free: false,
        waitMs: Math.max(...blocking.map(({ until }) => until)) - now,
        isFirst,
      };
    }
    const started = rows.map(({ key, ms }) => ({
      key,
      running: { until: now + ms, isReported: false },
    }));
    for (const { key, running } of started) this.#running.set(key, running);
    const undo = () => {
      for (const { key, running } of started) {
        if (this.#running.get(key) === running) this.#running.delete(key);
      }
    };
    return { free: true, undo };
  }

  get size(): number {
    return this.#running.size;
  }

  #stillRunning(key: string, now: number): Running | undefined {
    const running = this.#running.get(key);
    if (running === undefined || running.until > now) return running;
    this.#running.delete(key);
    return undefined;
  }
}

export interface CooldownKeys {
  readonly userId: string;
  /** The channel, or in private the user. */
  readonly conversationId: string;
}

function keysOf(command: string, cooldown: AllCooldowns, { userId, conversationId }: CooldownKeys) {
  return [
    { key: keyOf(command, "user", userId), ms: cooldown.perUser },
    { key: keyOf(command, "place", conversationId), ms: cooldown.perChannel },
    { key: keyOf(command, "all", ""), ms: cooldown.all },
  ].filter(({ ms }) => ms > 0);
}

function keyOf(command: string, kind: string, id: string): string {
  return `${command}\n${kind}\n${id.slice(0, MAX_KEY_CHARACTERS)}`;
}
