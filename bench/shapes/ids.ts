/** The shape `real` with an id, a time and an account in each event, and without them. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  EventSchema,
  type MessageEvent,
  MessageInfoSchema,
} from "@seabird-chat/protocol";
import { type RecordedShape, readRecorded, Shape } from "./shape.ts";

/** The tag that says the same as `account`. */
const ACCOUNT_TAG = "irc/account";
const INFO = create(MessageInfoSchema, {
  id: "936~1795995864~5",
  sentAt: { seconds: 1_795_995_869n, nanos: 620_000_000 },
});
const ACCOUNT = "alice";

export function realWithIds(): Shape {
  return new Shape("real", derived(true));
}

export function realWithoutIds(): Shape {
  return new Shape("real", derived(false));
}

function derived(withIds: boolean): RecordedShape {
  const { real } = readRecorded();
  const encode = (schema: typeof ChatEventSchema | typeof EventSchema, base64: string): string => {
    const event = fromBinary(schema, Buffer.from(base64, "base64"));
    if (event.inner.case !== "message") throw new Error("the shape real is no message");
    delete event.tags[ACCOUNT_TAG];
    setIds(event.inner.value, withIds);
    return Buffer.from(toBinary(schema, event)).toString("base64");
  };
  return {
    ...real,
    chatEvent: encode(ChatEventSchema, real.chatEvent),
    event: encode(EventSchema, real.event),
  };
}

function setIds(message: MessageEvent, withIds: boolean): void {
  if (withIds) message.info = INFO;
  else delete message.info;
  const user = message.source?.user;
  if (user !== undefined) user.account = withIds ? ACCOUNT : "";
}
