/** Invitations to rooms: followed if they are of those who may, ignored otherwise. */
import type { Log } from "@seabird-chat/sdk/backend";
import { type Invitation, mayInvite } from "../state/invites.ts";
import type { RoomRegistry } from "../state/room-registry.ts";
import type { WantedRooms } from "./wanted-rooms.ts";

/** Followed at once; further ones are ignored. */
const MAX_INVITATIONS = 4;
/** Milliseconds in which the room has to answer. */
const JOIN_WITHIN_MS = 30_000;

export interface InvitationsDeps {
  readonly log: Log;
  readonly wanted: WantedRooms;
  readonly rooms: RoomRegistry;
  readonly nick: string;
  /** Who may: addresses, and `@example.org` for everybody there. */
  readonly acceptFrom: readonly string[];
}

export class Invitations {
  readonly #deps: InvitationsDeps;
  #following = 0;

  constructor(deps: InvitationsDeps) {
    this.#deps = deps;
  }

  /** Resolves when the bot has joined or was refused. Never rejects. */
  async receive(invitation: Invitation): Promise<void> {
    const { log, wanted, rooms, nick, acceptFrom } = this.#deps;
    const { room: address, from, password } = invitation;
    const isKnownRoom = (each: string) => rooms.room(each) !== undefined;
    if (!mayInvite(invitation, acceptFrom, isKnownRoom)) {
      log.debug({ room: address, from }, "invitation ignored");
      return;
    }
    if (wanted.isWanted(address) || this.#following >= MAX_INVITATIONS) return;
    this.#following += 1;
    const room = { address, nick, password };
    const refusal = await wanted.join(room, AbortSignal.timeout(JOIN_WITHIN_MS));
    this.#following -= 1;
    if (refusal === undefined) log.info({ room: address, from }, "joined on invitation");
    else log.warn({ room: address, from, reason: refusal }, "cannot join on invitation");
  }
}
