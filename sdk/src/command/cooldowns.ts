/** Who must wait how long before a command runs again. Bounded; time is given. */
import { BoundedMap } from "../link/bounded-map.ts";
import { MAX_COOLDOWNS } from "./command-limits.ts";
import type { AllCooldowns } from "./command-spec.ts";

/** A longer id is cut, so that what is kept is bounded in bytes as well. */
const MAX_KEY_CHARACTERS = 512;

interface Running {
  readonly until: number;
  told: boolean;
}

/** `free`: it may run, and from now on others must wait; `undo` gives it back. */
export type Turn =
  | { readonly free: true; undo(): void }
  | { readonly free: false; readonly waitMs: number; readonly tell: boolean };

export class Cooldowns {
  readonly #running = new BoundedMap<string, Running>(MAX_COOLDOWNS);

  /** `tell` is true for the first who must wait, then false until it has run out. */
  take(command: string, cooldown: AllCooldowns, who: CooldownKeys, now: number): Turn {
    const rows = keysOf(command, cooldown, who);
    const blocking = rows.flatMap(({ key }) => this.#stillRunning(key, now) ?? []);
    if (blocking.length > 0) {
      const tell = blocking.some(({ told }) => !told);
      for (const running of blocking) running.told = true;
      return { free: false, waitMs: Math.max(...blocking.map(({ until }) => until)) - now, tell };
    }
    const started = rows.map(({ key, ms }) => ({ key, running: { until: now + ms, told: false } }));
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
  readonly placeId: string;
}

function keysOf(command: string, cooldown: AllCooldowns, { userId, placeId }: CooldownKeys) {
  return [
    { key: keyOf(command, "user", userId), ms: cooldown.perUser },
    { key: keyOf(command, "place", placeId), ms: cooldown.perChannel },
    { key: keyOf(command, "all", ""), ms: cooldown.all },
  ].filter(({ ms }) => ms > 0);
}

function keyOf(command: string, kind: string, id: string): string {
  return `${command}\n${kind}\n${id.slice(0, MAX_KEY_CHARACTERS)}`;
}
