/** What the bot does with messages: sends, edits, deletions, reactions, typing, members, files. */
import {
  type BackendHost,
  type BackendUser,
  type ChannelMembers,
  type OutgoingMessage,
  Refused,
  type RequestInfo,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { planSend } from "./outbound.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";

export interface MessageActionsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly host: Pick<
    BackendHost,
    "channels" | "clock" | "log" | "openAttachment" | "capabilities" | "signal"
  >;
  /**
   * The room of a conversation, of a thread the room that it is in. A private one is made if there is
   * none. Throws Refused if the bot is in no such room, or may not send there, or it is encrypted.
   */
  readonly roomOf: (
    to: Target,
    request: RequestInfo,
    referrer?: string | undefined,
  ) => Promise<Room>;
}

export class MessageActions {
  readonly #deps: MessageActionsDeps;

  constructor(deps: MessageActionsDeps) {
    this.#deps = deps;
  }

  async send(to: Target, message: OutgoingMessage): Promise<Sent> {
    const { client, roomOf } = this.#deps;
    const { roomId } = await roomOf(to, message, message.referrer);
    const plan = planSend(message.block, message.kind);
    if ("refused" in plan) throw new Refused(plan.refused);
    const ids: string[] = [];
    for (const [index, event] of plan.events.entries()) {
      const transactionId = `${message.requestId}.${index}`;
      ids.push(await client.send({ roomId, ...event, transactionId }, message));
    }
    return { ids };
  }

  async members(channelId: string, request: RequestInfo): Promise<ChannelMembers> {
    const room = await this.#deps.roomOf({ kind: "channel", id: channelId }, request);
    const joined = await this.#deps.client.joinedMembers(room.roomId, request);
    const members: BackendUser[] = Object.keys(joined).map((id) => ({ id }));
    return { members, isComplete: true };
  }
}
