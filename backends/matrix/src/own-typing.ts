/** Where the bot is shown as typing: a server shows it until a time limit, also when all is said. */
import { BoundedMap, type Clock, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { refusing } from "./refusal.ts";

/** A server forgets typing after it, unless it hears of it again: as long as core assumes. */
const TYPING_MS = 10_000;
/** Rooms in which it may type at once; of the oldest the server's time limit is waited for. */
const MAX_ROOMS = 256;

export interface OwnTypingDeps {
  readonly client: Pick<MatrixClient, "setTyping">;
  readonly clock: Pick<Clock, "now">;
  readonly ownUserId: () => string;
}

export class OwnTyping {
  readonly #deps: OwnTypingDeps;
  /** By room: when the server forgets it. */
  readonly #untilMs = new BoundedMap<string, number>(MAX_ROOMS);

  constructor(deps: OwnTypingDeps) {
    this.#deps = deps;
  }

  async set(roomId: string, isTyping: boolean, request?: RequestInfo): Promise<void> {
    const { client, clock, ownUserId } = this.#deps;
    if (isTyping) this.#untilMs.set(roomId, clock.now() + TYPING_MS);
    else this.#untilMs.delete(roomId);
    const typing = { roomId, userId: ownUserId(), isTyping, timeoutMs: TYPING_MS };
    await refusing(() => client.setTyping(typing, request));
  }

  /** The bot has said something there. Nobody waits for it, and the time limit follows if it fails. */
  said(roomId: string): void {
    const untilMs = this.#untilMs.get(roomId) ?? 0;
    if (untilMs > this.#deps.clock.now()) this.set(roomId, false).catch(() => undefined);
  }
}
