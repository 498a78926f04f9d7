/** What a message to be sent answers, and the thread that it goes to. */
import type { BackendHost, Feature, OutgoingMessage, Target } from "@seabird-chat/sdk/backend";
import { MatrixError } from "./connection/matrix-error.ts";
import type { Relation } from "./outbound.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";
import { parseThreadId, type ThreadPlace, type Threads, threadChannel } from "./state/threads.ts";

export interface MessageRelationsDeps {
  readonly rooms: Rooms;
  readonly threads: Threads;
  readonly host: Pick<BackendHost, "channels">;
}

export interface Related {
  readonly relation: Relation;
  /** Where the message goes; undefined: to no thread. */
  readonly thread: ThreadPlace | undefined;
  readonly degraded: readonly Feature[];
}

export class MessageRelations {
  readonly #deps: MessageRelationsDeps;

  constructor(deps: MessageRelationsDeps) {
    this.#deps = deps;
  }

  /** `place`: the thread that the conversation is, or that the private message was in. */
  relate(
    to: Target,
    room: Room,
    { replyTo, startThread }: Pick<OutgoingMessage, "replyTo" | "startThread">,
    place: ThreadPlace | undefined,
  ): Related {
    const isHere = replyTo !== undefined && this.#isIn(room, replyTo.conversation ?? to);
    const answered = isHere ? replyTo.messageId : undefined;
    const canStart = startThread && to.kind === "channel";
    const started = canStart && answered !== undefined ? this.#rootOf(room, answered) : undefined;
    const root = place?.rootEventId ?? started;
    const thread = root === undefined ? undefined : this.#placeOf(room, root);
    return {
      relation: this.#relation(thread, answered),
      thread,
      degraded: [
        ...(replyTo !== undefined && !isHere ? ["reply" as const] : []),
        ...(startThread && thread === undefined ? ["thread" as const] : []),
      ],
    };
  }

  /** Of a message in a thread that answers none. */
  inThread(to: Target, room: Room): Relation {
    const place = to.kind === "channel" ? parseThreadId(to.id) : undefined;
    return this.#relation(place && this.#placeOf(room, place.rootEventId), undefined);
  }

  /** Messages were sent to a thread. Announces it as a channel, unless it is in a private conversation. */
  used(room: Room, thread: ThreadPlace, ids: readonly string[]): void {
    const { rooms, threads, host } = this.#deps;
    for (const id of ids) {
      const isNew = threads.used(thread, id);
      if (!isNew || rooms.directUser(room.roomId) !== undefined) continue;
      const root = rooms.recent.get(room.roomId, thread.rootEventId);
      host.channels.joined(threadChannel(thread, root?.kind === "message" ? root.text : ""));
    }
  }

  #relation(thread: ThreadPlace | undefined, replyTo: string | undefined): Relation {
    if (thread === undefined) return { replyTo };
    const { rootEventId: rootId } = thread;
    return { replyTo, thread: { rootId, latestId: this.#deps.threads.latest(thread) } };
  }

  /** A thread hangs on no message of another one. */
  #rootOf({ roomId }: Room, eventId: string): string {
    return this.#deps.rooms.recent.get(roomId, eventId)?.threadRootId ?? eventId;
  }

  #placeOf({ roomId }: Room, rootEventId: string): ThreadPlace {
    return { channelId: this.#deps.rooms.channelId(roomId), rootEventId };
  }

  /** Whether a conversation is in this room. */
  #isIn({ roomId }: Room, { kind, id }: Target): boolean {
    const { rooms } = this.#deps;
    if (kind === "user") return rooms.directUser(roomId) === id;
    return rooms.byChannel(parseThreadId(id)?.channelId ?? id)?.roomId === roomId;
  }
}

/** No thread hangs on a message that itself relates to another (specification: "Threading"). */
export function isUnfit(reason: unknown): boolean {
  return reason instanceof MatrixError && reason.status === 400;
}
