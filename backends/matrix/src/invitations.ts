/** Invitations into rooms: which of them the bot follows. */
import { type BackendHost, BoundedMap, matchesGlob, pause } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import type { OtherRoom } from "./connection/sync-response.ts";
import type { DirectRooms } from "./direct-rooms.ts";
import { objectIn, textIn } from "./json-value.ts";
import { errorText } from "./refusal.ts";
import { isTemporary, JOIN_MS, retryMs, serverOf } from "./room-joins.ts";
import type { MatrixSettings } from "./settings.ts";
import type { Rooms } from "./state/rooms.ts";

export interface InvitationsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly direct: Pick<DirectRooms, "mark">;
  readonly host: Pick<BackendHost, "clock" | "log" | "random" | "signal">;
  readonly settings: () => MatrixSettings;
}

/** What is said to people, and in the log. */
export const ENCRYPTED =
  "this bot cannot read encrypted rooms; please invite it to a room without encryption";

/** Invitations that are followed at once; the others wait. */
const AT_ONCE = 4;
/** Invitations that wait, or are remembered in case the settings change; the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;
const MAX_ATTEMPTS = 6;

export class Invitations {
  readonly #deps: InvitationsDeps;
  readonly #waiting = new BoundedMap<string, OtherRoom>(MAX_REMEMBERED);
  /** Those by people who may not invite. */
  readonly #ignored = new BoundedMap<string, OtherRoom>(MAX_REMEMBERED);
  readonly #following = new Set<string>();

  constructor(deps: InvitationsDeps) {
    this.#deps = deps;
  }

  /** Follows it if somebody of the list invited, or to a configured channel. */
  take(invitation: OtherRoom): void {
    const { roomId } = invitation;
    if (this.#following.has(roomId)) return;
    if (this.#following.size >= AT_ONCE) {
      this.#waiting.set(roomId, invitation);
      return;
    }
    this.#following.add(roomId);
    void this.#answer(invitation).finally(() => {
      this.#following.delete(roomId);
      const [next] = this.#waiting.values();
      if (next === undefined || this.#deps.host.signal.aborted) return;
      this.#waiting.delete(next.roomId);
      this.take(next);
    });
  }

  /** Other people may invite now. */
  settingsChanged(): void {
    const ignored = [...this.#ignored.values()];
    this.#ignored.clear();
    for (const invitation of ignored) this.take(invitation);
  }

  async #answer(invitation: OtherRoom): Promise<void> {
    const { client, host, rooms, settings } = this.#deps;
    const { log, signal } = host;
    const { roomId, events } = invitation;
    const own = events.findLast(
      (event) => event["type"] === "m.room.member" && event["state_key"] === rooms.ownUserId,
    );
    const by = textIn(own?.["sender"]) ?? "";
    const replaces = rooms.all().some(({ replacedBy }) => replacedBy === roomId);
    const isWanted = replaces || rooms.isConfigured(roomId) || this.#isWantedAlias(events);
    if (!isWanted && !mayInvite(by, settings().accept_invites_from)) {
      this.#ignored.set(roomId, invitation);
      log.info({ room: roomId, by }, "invitation ignored: accept_invites_from does not allow it");
      return;
    }
    try {
      if (events.some((event) => event["type"] === "m.room.encryption") && !isWanted) {
        log.warn({ room: roomId, by }, `invitation declined: ${ENCRYPTED}`);
        await client.leave(roomId, ENCRYPTED, { signal });
        return;
      }
      const isDirect = objectIn(own?.["content"])["is_direct"] === true && !isWanted;
      if (isDirect) rooms.setDirect(roomId, by);
      await this.#join(roomId, by);
      log.info({ room: roomId, by }, "joined on invitation");
      if (isDirect) await this.#deps.direct.mark(roomId, by);
    } catch (reason) {
      if (signal.aborted) return;
      log.warn({ room: roomId, by, reason: errorText(reason) }, "cannot follow the invitation");
    }
  }

  /** The server may be away for a while. */
  async #join(roomId: string, by: string): Promise<void> {
    const { client, host } = this.#deps;
    const { clock, random, signal } = host;
    for (let attempt = 1; ; attempt++) {
      try {
        await client.join(roomId, serverOf(by), { signal, deadlineMs: clock.now() + JOIN_MS });
        return;
      } catch (reason) {
        if (signal.aborted || attempt === MAX_ATTEMPTS || !isTemporary(reason)) throw reason;
        await pause(clock, retryMs(attempt, random), signal);
      }
    }
  }

  #isWantedAlias(events: OtherRoom["events"]): boolean {
    const alias = events.find((event) => event["type"] === "m.room.canonical_alias");
    const name = textIn(objectIn(alias?.["content"])["alias"]);
    return name !== undefined && this.#deps.settings().channels.includes(name);
  }
}

/** `patterns`: `@ann:example.org`, or with `*` for any text. */
export function mayInvite(userId: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(pattern.split("*"), userId));
}
