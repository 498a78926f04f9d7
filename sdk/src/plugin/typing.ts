/** Shows that the bot is typing, until it has answered or the handler ends. */
import type { ActionClient } from "../link/action-client.ts";
import type { Clock } from "../link/clock.ts";
import type { Conversation } from "../link/message-reference.ts";

/** Networks show it for 5 to 10 s. */
export const RENEW_TYPING_MS = 4_000;
/** A handler that sleeps for longer is not seen typing all the while. */
export const MAX_TYPING_MS = 300_000;

export interface TypingDeps {
  readonly core: Pick<ActionClient, "can" | "setTyping">;
  readonly clock: Clock;
  readonly where: Conversation;
}

export class Typing {
  readonly #deps: TypingDeps;
  #shown: Promise<void> | undefined;
  #isActive = false;
  /** What was shown has not been taken back. */
  #isShown = false;
  #endsAt = 0;
  #stopTimer = () => {};

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** Resolves when it is shown, or cannot be. Never rejects. */
  start(): Promise<void> {
    const now = this.#deps.clock.now();
    if (this.#isActive && this.#shown !== undefined && now < this.#endsAt) return this.#shown;
    this.#stopTimer();
    this.#isActive = true;
    this.#endsAt = now + MAX_TYPING_MS;
    this.#shown = this.#show();
    return this.#shown;
  }

  /** Idempotent. */
  stop(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    this.#stopTimer();
    void this.#shown?.then(() => this.#hide());
  }

  async #show(): Promise<void> {
    const { core, clock, where } = this.#deps;
    try {
      if (!(await core.can("typing", where)) || !this.#isActive) return;
      await core.setTyping(where, true);
      this.#isShown = true;
    } catch {
      return;
    }
    if (!this.#isActive || clock.now() + RENEW_TYPING_MS > this.#endsAt) return;
    // It may have begun twice, before and after an answer.
    this.#stopTimer();
    this.#stopTimer = clock.after(RENEW_TYPING_MS, () => {
      this.#shown = this.#show();
    });
  }

  async #hide(): Promise<void> {
    const { core, where } = this.#deps;
    if (this.#isActive || !this.#isShown) return;
    this.#isShown = false;
    try {
      await core.setTyping(where, false);
    } catch {
      // It ends by itself.
    }
  }
}
