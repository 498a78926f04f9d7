/** What the load sends besides recorded messages, and the little of the answers that it must read. */
import { create, toBinary } from "@bufbuild/protobuf";
import { ChatEventSchema } from "@seabird-chat/protocol";
import { envelope } from "../wire/envelopes.ts";

export function hello(type: string, id: string): Buffer {
  const backendInfo = { type, id };
  const event = create(ChatEventSchema, { inner: { case: "hello", value: { backendInfo } } });
  return envelope(toBinary(ChatEventSchema, event));
}

const ID_TAG = 0x0a;
const SUCCESS = Buffer.of(0x1a, 0);

/** The backend's answer Success to a ChatRequest; `undefined` if that has no id. */
export function successFor(request: Buffer): Buffer | undefined {
  // Field 1 comes first from every encoder in use; an id longer than 127 bytes from none.
  const length = request[1] ?? 0;
  if (request[0] !== ID_TAG || length === 0 || length > 127) return undefined;
  return envelope(Buffer.concat([request.subarray(0, 2 + length), SUCCESS]));
}
