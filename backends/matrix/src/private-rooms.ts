/** Which of a person's private rooms a message is in: they may have several. */
import type { RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError } from "./connection/matrix-error.ts";
import { idIn } from "./matrix-ids.ts";
import type { Rooms } from "./state/rooms.ts";
import type { SentMessages } from "./state/sent-messages.ts";

/** Rooms of one person that the server is asked for a message. */
const MAX_ASKED = 8;

export interface PrivateRoomsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly sent: SentMessages;
}

/** The room's id; undefined: it is in none of them, or there is but one. Rejects as `MatrixClient` does. */
export async function privateRoomWith(
  { client, rooms, sent }: PrivateRoomsDeps,
  userId: string,
  messageId: string,
  request: RequestInfo,
): Promise<string | undefined> {
  const own = rooms.all().map(({ roomId }) => roomId);
  const withPerson = own.filter((roomId) => rooms.directUser(roomId) === userId);
  if (withPerson.length < 2 || idIn(messageId, "$") === undefined) return undefined;
  const known = withPerson.find(
    (roomId) => sent.get(roomId, messageId) ?? rooms.recent.get(roomId, messageId),
  );
  if (known !== undefined) return known;
  for (const roomId of withPerson.slice(0, MAX_ASKED)) {
    try {
      await client.event(roomId, messageId, request);
      return roomId;
    } catch (reason) {
      if (!(reason instanceof MatrixError)) throw reason;
    }
  }
  return undefined;
}
