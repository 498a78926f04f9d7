/** The table of `seabird.ChatIngest`, the backends' side. */
import { ChatIngest } from "@seabird-chat/protocol";
import type { Broker } from "../../broker/broker.ts";
import type { Method } from "../calls/method.ts";

export function ingestMethods(broker: Broker): readonly Method[] {
  return [
    {
      kind: "bidi_streaming",
      desc: ChatIngest.method.ingestEvents,
      // Whether the token may be that backend is known at its Hello.
      access: "any",
      handle: (call) => broker.openIngest(call),
    },
  ];
}
