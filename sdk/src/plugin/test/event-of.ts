/** An event as a plugin receives it, from the protocol's fields. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { EventSchema } from "@seabird-chat/protocol";
import { ReceivedEvent } from "../../link/received-event.ts";
import { toPluginEvent } from "../event-fields.ts";
import type { PluginEvent } from "../events.ts";

export function eventOf(init: MessageInitShape<typeof EventSchema>): PluginEvent {
  return toPluginEvent(new ReceivedEvent(toBinary(EventSchema, create(EventSchema, init))));
}
