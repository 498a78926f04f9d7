/** The SDK on a core that is not ours: no health service, and headers only with the first message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type MethodDefinition,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import {
  type ChatEvent,
  type ChatRequest,
  type Event,
  EventSchema,
  Seabird,
  type StreamEventsRequest,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { connectPlugin } from "@seabird-chat/sdk";
import { INGEST_EVENTS } from "../support/scripted-ingest.ts";
import { startTestBackend } from "../support/test-backend.ts";

const streamEvents: MethodDefinition<StreamEventsRequest, Event> = {
  path: `/${Seabird.typeName}/StreamEvents`,
  requestStream: false,
  responseStream: true,
  requestSerialize: (message) => Buffer.from(toBinary(StreamEventsRequestSchema, message)),
  requestDeserialize: (bytes) => fromBinary(StreamEventsRequestSchema, bytes),
  responseSerialize: (message) => Buffer.from(toBinary(EventSchema, message)),
  responseDeserialize: (bytes) => fromBinary(EventSchema, bytes),
};

test("a core that sends headers late is connected to all the same", async (t) => {
  const plugins: Parameters<handleServerStreamingCall<StreamEventsRequest, Event>>[0][] = [];
  const events: ChatEvent[] = [];
  const hears: handleServerStreamingCall<StreamEventsRequest, Event> = (call) => plugins.push(call);
  const ingests: handleBidiStreamingCall<ChatEvent, ChatRequest> = (call) => {
    call.on("data", (event: ChatEvent) => events.push(event));
    call.on("end", () => call.end());
  };
  const server = new Server();
  server.addService(
    { streamEvents, ingestEvents: INGEST_EVENTS },
    { streamEvents: hears, ingestEvents: ingests },
  );
  t.after(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const options = { url: `http://127.0.0.1:${port}`, token: "x" };
  const plugin = connectPlugin(options);
  const backend = await startTestBackend(options);
  backend.channels.joined({ id: "#a" });
  await Promise.all([plugin.ready(), backend.ready()]);
  backend.emit.plainMessage({ channel: "#a", user: "ann", text: "hi" });
  await backend.close();
  assert.deepEqual(
    events.map(({ inner }) => inner.case),
    ["hello", "joinChannel", "message"],
  );
  const inner = { case: "message", value: { text: "late" } } as const;
  plugins[0]?.write(create(EventSchema, { inner }));
  const { value } = await plugin.events().next();
  assert.ok(value?.kind === "message" && value.text === "late");
  await plugin.close();
});
