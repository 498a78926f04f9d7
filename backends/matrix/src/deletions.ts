/** Deletes messages by redaction, and says why one could not be deleted. */
import { cutUtf8 } from "@seabird-chat/protocol";
import type { DeleteRequest } from "@seabird-chat/sdk/backend";
import { MatrixError } from "./connection/matrix-error.ts";
import type { ReactionsDeps } from "./reactions.ts";
import { checkedId, errorText } from "./refusal.ts";
import type { Room } from "./state/room.ts";

/** Redactions under way at once, of one request. */
const MAX_AT_ONCE = 4;

export interface DeletionsDeps extends ReactionsDeps {
  /** The room that a message is in. Rejects as `MatrixClient` does, or with Refused. */
  readonly roomOf: (messageId: string) => Promise<Room>;
}

/** Bytes of a reason; the rest is cut, since an event has a limit. */
const MAX_REASON_BYTES = 4_096;

/** Resolves with what was not deleted, and why. */
export async function deleteMessages(
  deps: DeletionsDeps,
  messageIds: readonly string[],
  request: DeleteRequest,
): Promise<Record<string, string>> {
  const failed: Record<string, string> = Object.create(null);
  const reason = cutUtf8(request.reason, MAX_REASON_BYTES);
  const waiting = [...messageIds.entries()];
  const redactNext = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, eventId] = next;
      const transactionId = `${request.requestId}.${index}`;
      const room = await deps.roomOf(eventId);
      try {
        checkedId(eventId);
        const redaction = { roomId: room.roomId, eventId, reason, transactionId };
        await deps.client.redact(redaction, request);
      } catch (problem) {
        request.signal.throwIfAborted();
        failed[eventId] = whyNot(problem, room, deps.ownUserId());
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, redactNext));
  return failed;
}

function whyNot(problem: unknown, room: Room, ownUserId: string): string {
  const isForbidden = problem instanceof MatrixError && problem.errcode === "M_FORBIDDEN";
  if (!isForbidden || room.may(ownUserId, "redact")) return errorText(problem);
  const [has, needs] = [room.powerOf(ownUserId), room.powerFor("redact")];
  return `the bot may delete only its own messages here: its power is ${has}, and others' need ${needs}`;
}
