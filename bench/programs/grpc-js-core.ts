/**
 * The smallest core that can be written on @grpc/grpc-js: it decodes and encodes as it must, an
 * event once for all streams, and has no tokens, limits or metrics.
 */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import {
  absoluteId,
  type ChatEvent,
  ChatEventSchema,
  ChatRequestSchema,
  EventSchema,
  normaliseMessage,
  parseId,
  type SendMessageRequest,
  SendMessageRequestSchema,
  type User,
} from "@seabird-chat/protocol";

const NOT_FOUND = 5;
const EMPTY = Buffer.alloc(0);
const identity = (bytes: Buffer): Buffer => bytes;

const streams = new Set<ServerWritableStream<Buffer, Buffer>>();
const backends = new Map<string, ServerDuplexStream<Buffer, Buffer>>();
const pending = new Map<string, sendUnaryData<Buffer>>();
let lastId = 0;

function publish(init: MessageInitShape<typeof EventSchema>): void {
  const event = Buffer.from(toBinary(EventSchema, create(EventSchema, init)));
  for (const stream of streams) stream.write(event);
}

function onIngest(call: ServerDuplexStream<Buffer, Buffer>): void {
  let owner = { type: "", id: "" };
  call.sendMetadata(call.metadata.clone());
  call.on("data", (bytes: Buffer) => {
    const event = fromBinary(ChatEventSchema, bytes);
    if (event.inner.case === "hello") {
      owner = event.inner.value.backendInfo ?? owner;
      backends.set(`${owner.type}/${owner.id}`, call);
    } else onEvent(owner, event);
  });
  const leave = () => {
    const name = `${owner.type}/${owner.id}`;
    if (backends.get(name) === call) backends.delete(name);
  };
  call.on("cancelled", leave);
  call.on("error", leave);
  call.on("end", () => call.end());
}

function onEvent(owner: { type: string; id: string }, event: ChatEvent): void {
  if (event.inner.case === "success") {
    const reply = pending.get(event.id);
    pending.delete(event.id);
    reply?.(null, EMPTY);
  } else if (event.inner.case === "message") {
    const { source, text, rootBlock } = event.inner.value;
    const normal = normaliseMessage(text, rootBlock);
    const user = (from: User) => ({
      id: absoluteId(owner, from.id),
      displayName: from.displayName,
    });
    const channel = {
      channelId: absoluteId(owner, source?.channelId ?? ""),
      ...(source?.user ? { user: user(source.user) } : {}),
    };
    const value = { source: channel, text: normal.text, rootBlock: normal.rootBlock };
    publish({
      inner: { case: "message", value },
      tags: { ...event.tags, "core/original-format": normal.format },
    });
  }
}

function onSend(request: SendMessageRequest, reply: sendUnaryData<Buffer>): void {
  const to = parseId(request.channelId);
  const { text, rootBlock, format } = normaliseMessage(request.text, request.rootBlock);
  const tags = { ...request.tags, "core/original-format": format };
  const { channelId } = request;
  const sent = { sender: "bench", channelId, text, rootBlock };
  publish({ inner: { case: "sendMessage", value: sent }, tags });
  const backend = to && backends.get(`${to.type}/${to.id}`);
  if (to === undefined || backend === undefined) {
    reply({ code: NOT_FOUND, details: "unknown backend" });
    return;
  }
  const id = String(++lastId);
  const value = { channelId: to.relative, text, rootBlock, tags };
  const asked = create(ChatRequestSchema, { id, inner: { case: "sendMessage", value } });
  pending.set(id, reply);
  backend.write(Buffer.from(toBinary(ChatRequestSchema, asked)));
}

function method(path: string, requestStream: boolean, responseStream: boolean) {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

const server = new Server();
server.addService(
  {
    streamEvents: method("/seabird.Seabird/StreamEvents", false, true),
    sendMessage: method("/seabird.Seabird/SendMessage", false, false),
    ingestEvents: method("/seabird.ChatIngest/IngestEvents", true, true),
  },
  {
    streamEvents: (call: ServerWritableStream<Buffer, Buffer>) => {
      call.sendMetadata(call.metadata.clone());
      streams.add(call);
      call.on("cancelled", () => streams.delete(call));
      call.on("error", () => streams.delete(call));
    },
    sendMessage: (call: { request: Buffer }, reply: sendUnaryData<Buffer>) =>
      onSend(fromBinary(SendMessageRequestSchema, call.request), reply),
    ingestEvents: onIngest,
  },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.({ type: "listening", url: `http://127.0.0.1:${port}` });
});
process.on("disconnect", () => process.exit());
