/**
 * The rooms to be in: those of the settings and those joined on request or invitation.
 *
 * They are joined after each new session. A room that does not take the nick gets others, and the bot
 * returns to the wanted one when it is free. A refused join is repeated after a pause that doubles. A room
 * that the bot left, or from which it was kicked or banned, is not wanted any more, since a person decided
 * that; with `rejoin` the bot returns after a kick.
 */
import type { Clock } from "@seabird-chat/sdk/backend";
import { xmlText } from "../formatting/xml-text.ts";
import { attributeOf, parseAddress, printable } from "../inbound/read-stanza.ts";
import type { RoomToJoin, XmppOptions } from "../options.ts";
import { NS, type Stanza, xml } from "../stanza.ts";
import type { Departure, Room, RoomChange } from "../state/room.ts";
import type { RoomRegistry } from "../state/room-registry.ts";
import { nickCandidate } from "./nick-candidates.ts";
import { refusalText } from "./room-refusal.ts";
import type { WantedRoom, WantedRoomsHooks } from "./wanted-room.ts";

/** Rooms to be in; one more is refused. */
export const MAX_ROOMS = 1_000;
/** How often the pause before another attempt doubles. */
const MAX_DOUBLINGS = 4;
/** Milliseconds after a session begins at which rooms count as settled, joined or not. */
const SETTLE_WITHIN_MS = 10_000;
/** Joins that are not answered yet; the others wait. */
const MAX_PENDING = 10;

/** What another attempt does not change. */
const PERMANENT = new Set(["jid-malformed", "bad-request"]);

type Options = Pick<XmppOptions, "rejoin" | "rejoinAfterMs" | "joinRetryMs" | "joinWithinMs">;

export class WantedRooms {
  /** Whether this session's rooms were joined or refused. For reading. */
  isSettled = false;
  readonly #options: Options;
  readonly #rooms: RoomRegistry;
  readonly #hooks: WantedRoomsHooks;
  readonly #clock: Clock;
  readonly #wanted = new Map<string, WantedRoom>();
  #isOnline = false;
  #cancelSettling: (() => void) | undefined;

  constructor(
    rooms: readonly RoomToJoin[],
    deps: { options: Options; rooms: RoomRegistry; hooks: WantedRoomsHooks; clock: Clock },
  ) {
    this.#options = deps.options;
    this.#rooms = deps.rooms;
    this.#hooks = deps.hooks;
    this.#clock = deps.clock;
    for (const room of rooms) this.want(room);
  }

  isWanted(address: string): boolean {
    return this.#wanted.has(address);
  }

  /** False: there are too many. A known room gets the new nick and password at its next join. */
  want(room: RoomToJoin): boolean {
    const known = this.#wanted.get(room.address);
    if (known !== undefined) {
      known.room = room;
      return true;
    }
    if (this.#wanted.size >= MAX_ROOMS) return false;
    this.#wanted.set(room.address, {
      ...{ room, is: "none", conflicts: 0, refusals: 0, isTried: false },
      waiting: new Set(),
    });
    return true;
  }

  /** Joins a room, which then stays wanted. Resolves with why not; undefined: the bot is in it. */
  async join(room: RoomToJoin, signal: AbortSignal): Promise<string | undefined> {
    if (!this.want(room)) return `the bot is in ${MAX_ROOMS} rooms already`;
    if (this.#rooms.room(room.address)?.isJoined) return undefined;
    const wanted = this.#wanted.get(room.address) as WantedRoom;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const abort = () => resolve("the room does not answer");
    wanted.waiting.add(resolve);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    if (wanted.is !== "pending") this.#make(wanted, "due");
    this.#next();
    const refusal = await promise;
    signal.removeEventListener("abort", abort);
    wanted.waiting.delete(resolve);
    // Who asked has the answer, and asks again if they want to.
    if (refusal !== undefined) this.forget(room.address);
    return refusal;
  }

  /** Joins those that are new; a known one has its new nick and password at its next join. */
  change(rooms: readonly RoomToJoin[]): void {
    for (const room of rooms) {
      const isKnown = this.#wanted.has(room.address);
      const wanted = this.want(room) ? this.#wanted.get(room.address) : undefined;
      if (wanted !== undefined && !isKnown) this.#make(wanted, "due");
    }
    this.#next();
  }

  /** Not to be in it any more; leaves it if the bot is there. */
  leave(address: string, reason: string): void {
    const room = this.#rooms.room(address);
    this.forget(address);
    if (room === undefined) return;
    const status = reason === "" ? [] : [xml("status", {}, printable(xmlText(reason)))];
    const to = `${address}/${room.nick}`;
    this.#hooks.send(xml("presence", { to, type: "unavailable" }, ...status));
    this.#rooms.forget(address);
  }

  forget(address: string): void {
    const wanted = this.#wanted.get(address);
    if (wanted === undefined) return;
    this.#make(wanted, "none");
    this.#wanted.delete(address);
    this.#checkSettled();
  }

  /** A new session: joins every room. */
  online(): void {
    this.#isOnline = true;
    for (const wanted of this.#wanted.values()) {
      wanted.isTried = false;
      wanted.refusals = 0;
      this.#make(wanted, "due");
    }
    this.isSettled = false;
    this.#goOn();
  }

  /** No attempts until the next session; or until this one goes on. */
  offline(): void {
    this.#isOnline = false;
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    const pending = [...this.#wanted.values()].filter(({ is }) => is === "pending");
    for (const wanted of pending) this.#make(wanted, "due");
  }

  /** No timer is left. */
  close(): void {
    this.offline();
    for (const wanted of this.#wanted.values()) this.#make(wanted, "none");
  }

  resumed(): void {
    this.#isOnline = true;
    this.#goOn();
  }

  #goOn(): void {
    this.#cancelSettling?.();
    if (!this.isSettled) {
      this.#cancelSettling = this.#clock.after(SETTLE_WITHIN_MS, () => this.#settled());
    }
    this.#next();
    this.#checkSettled();
  }

  /** Not in it any more, as an answer to a ping shows (XEP-0410). */
  lost(address: string): void {
    const wanted = this.#wanted.get(address);
    if (wanted === undefined) return;
    this.#make(wanted, "due");
    this.#next();
  }

  /** A presence of a room, and what it changed. */
  receive(room: Room, stanza: Stanza, change: RoomChange | undefined): void {
    const wanted = this.#wanted.get(room.address);
    if (change?.kind === "joined") this.#joined(room, wanted, change.isNew);
    else if (change?.kind === "nickChanged") this.#hooks.nickChanged(room);
    else if (change?.kind === "refused") this.#refused(room, wanted, change.condition, change.text);
    else if (change?.kind === "left") this.#left(room, wanted, change);
    else if (wanted && stanza.attrs["type"] === "unavailable") {
      this.#reclaim(room, wanted, parseAddress(attributeOf(stanza, "from"))?.resource);
    }
  }

  #joined(room: Room, wanted: WantedRoom | undefined, isNew: boolean): void {
    // Left while the room was still answering.
    if (wanted === undefined) {
      this.leave(room.address, "");
      return;
    }
    this.#make(wanted, "none");
    wanted.refusals = 0;
    wanted.isTried = true;
    this.#hooks.joined(room, isNew);
    this.#answer(wanted, undefined);
  }

  #refused(room: Room, wanted: WantedRoom | undefined, condition: string, text: string): void {
    // In it the refusal is of another nick, and the bot keeps the one it has.
    if (room.isJoined || wanted === undefined || wanted.is !== "pending") return;
    if (condition === "conflict") {
      const nick = nickCandidate(wanted.room.nick, wanted.conflicts++);
      if (nick !== undefined) {
        this.#ask(wanted, nick);
        return;
      }
    }
    const pauseMs = this.#options.joinRetryMs * 2 ** Math.min(wanted.refusals, MAX_DOUBLINGS);
    const retryInMs = PERMANENT.has(condition) ? undefined : pauseMs;
    const reason = refusalText(condition, text, wanted.room.password !== undefined);
    wanted.refusals += 1;
    wanted.isTried = true;
    this.#rooms.forget(room.address);
    // Who asked for it is told, and it is not tried again.
    const isAsked = wanted.waiting.size > 0;
    if (!isAsked) this.#hooks.refused(room.address, reason, retryInMs);
    if (retryInMs === undefined || isAsked) this.#make(wanted, "none");
    else this.#later(wanted, retryInMs);
    this.#answer(wanted, reason);
  }

  #left(room: Room, wanted: WantedRoom | undefined, change: Departure): void {
    const { rejoin, rejoinAfterMs } = this.#options;
    // The answer to a departure, behind which the bot has asked to join again.
    if (wanted?.is === "pending") return;
    const returns = change.why === "lost" || (change.why === "kicked" && rejoin);
    this.#hooks.left(room, change, returns && wanted ? rejoinAfterMs : undefined);
    this.#rooms.forget(room.address);
    if (wanted === undefined) return;
    if (returns) this.#later(wanted, rejoinAfterMs);
    else this.forget(room.address);
  }

  /** The wanted nick is free: back to it (XEP-0045, 7.6). */
  #reclaim(room: Room, { room: { nick } }: WantedRoom, free: string | undefined): void {
    if (!room.isJoined || room.nick === nick || free !== nick) return;
    this.#hooks.send(xml("presence", { to: `${room.address}/${nick}` }));
  }

  #later(wanted: WantedRoom, ms: number): void {
    this.#make(wanted, "paused");
    wanted.cancelTimer = this.#clock.after(ms, () => {
      this.#make(wanted, "due");
      this.#next();
    });
  }

  #next(): void {
    if (!this.#isOnline) return;
    const all = [...this.#wanted.values()];
    let free = MAX_PENDING - all.filter(({ is }) => is === "pending").length;
    for (const wanted of all) {
      if (free <= 0) return;
      if (wanted.is !== "due") continue;
      wanted.conflicts = 0;
      this.#ask(wanted, wanted.room.nick);
      free -= 1;
    }
  }

  #ask(wanted: WantedRoom, nick: string): void {
    const { address, password } = wanted.room;
    this.#make(wanted, "pending");
    this.#hooks.asking(this.#rooms.joining(address, nick));
    const secret = password === undefined ? [] : [xml("password", {}, xmlText(password))];
    // What was said before is not wanted (XEP-0045, 7.2.14).
    const history = xml("history", { maxchars: "0", maxstanzas: "0" });
    const join = xml("x", { xmlns: NS.muc }, history, ...secret);
    this.#hooks.send(xml("presence", { to: `${address}/${nick}` }, join));
    wanted.cancelTimer = this.#clock.after(this.#options.joinWithinMs, () => {
      const room = this.#rooms.room(address);
      if (room) this.#refused(room, wanted, "remote-server-timeout", "");
    });
  }

  #make(wanted: WantedRoom, is: WantedRoom["is"]): void {
    wanted.cancelTimer?.();
    wanted.cancelTimer = undefined;
    wanted.is = is;
  }

  #answer(wanted: WantedRoom, refusal: string | undefined): void {
    for (const resolve of wanted.waiting) resolve(refusal);
    this.#next();
    this.#checkSettled();
  }

  #checkSettled(): void {
    const isOpen = [...this.#wanted.values()].some(({ isTried }) => !isTried);
    if (!isOpen && this.#cancelSettling !== undefined) this.#settled();
  }

  #settled(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.isSettled = true;
    const joined = this.#rooms.all().filter(({ isJoined }) => isJoined).length;
    this.#hooks.settled({ joined, wanted: this.#wanted.size });
  }
}
