/** A room to be in, where its join stands, and who is told what becomes of it. */
import type { RoomToJoin } from "../options.ts";
import type { Stanza } from "../stanza.ts";
import type { Departure, Room } from "../state/room.ts";

export interface WantedRoom {
  room: RoomToJoin;
  /** `pending`: asked, not answered. `paused`: a timer runs. `due`: waits for its turn. */
  is: "none" | "due" | "pending" | "paused";
  /** Nicks that were refused in this attempt. */
  conflicts: number;
  refusals: number;
  /** Whether the first attempt of this session is answered. */
  isTried: boolean;
  cancelTimer?: (() => void) | undefined;
  /** Those who wait for the answer: undefined, or why not. */
  readonly waiting: Set<(refusal: string | undefined) => void>;
}

export interface WantedRoomsHooks {
  /** A join follows: what the room can do is to be known before its first message. */
  asking(room: Room): void;
  /** Sends a presence; what fails ends the session, so that all begins anew. */
  send(stanza: Stanza): void;
  joined(room: Room, isNew: boolean): void;
  left(room: Room, change: Departure, returnsInMs: number | undefined): void;
  /** It is not tried again if `retryInMs` is undefined. */
  refused(address: string, reason: string, retryInMs: number | undefined): void;
  nickChanged(room: Room): void;
  /** Every room was joined or refused, or 10 s are over. Once for each session. */
  settled(counts: { readonly joined: number; readonly wanted: number }): void;
}
