/** What a send or an edit answers: the ids of its messages, and what was lost on the way. */
import type { SendResult } from "@seabird-chat/protocol";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";

/** Ids go to stdout, one a line, for scripts that go on with them. `onLostReply`: what would help. */
export function showSent(
  output: Output,
  done: string,
  result: SendResult | undefined,
  onLostReply?: string,
): void {
  const { messageIds: ids = [], degraded = [], channelId = "" } = result ?? {};
  const thread = channelId === "" ? {} : { channelId };
  output.result({ ok: true, ids, degraded, ...thread }, () => {
    for (const id of ids) output.line(safeText(id));
    const lost = degraded.length === 0 ? "" : `, but the network cannot: ${degraded.join(", ")}`;
    output.remark(safeText(`${done}${lost}`));
    if (onLostReply !== undefined && degraded.includes("reply")) output.remark(`  ${onLostReply}`);
  });
}
