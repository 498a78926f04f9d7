/** Core's side of a backend's stream, scripted: notes what a backend sends, and asks what a test wants. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
} from "@grpc/grpc-js";
import {
  type ChatEvent,
  ChatEventSchema,
  ChatIngest,
  type ChatRequest,
  ChatRequestSchema,
  Seabird,
  type StreamEventsRequest,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";

export const INGEST_EVENTS: MethodDefinition<ChatEvent, ChatRequest> = {
  path: `/${ChatIngest.typeName}/IngestEvents`,
  requestStream: true,
  responseStream: true,
  requestSerialize: (message) => Buffer.from(toBinary(ChatEventSchema, message)),
  requestDeserialize: (bytes) => fromBinary(ChatEventSchema, bytes),
  responseSerialize: (message) => Buffer.from(toBinary(ChatRequestSchema, message)),
  responseDeserialize: (bytes) => fromBinary(ChatRequestSchema, bytes),
};

/** Refused, but noted. */
const STREAM_EVENTS: MethodDefinition<StreamEventsRequest, unknown> = {
  path: `/${Seabird.typeName}/StreamEvents`,
  requestStream: false,
  responseStream: true,
  requestSerialize: (message) => Buffer.from(toBinary(StreamEventsRequestSchema, message)),
  requestDeserialize: (bytes) => fromBinary(StreamEventsRequestSchema, bytes),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => assert.fail("nothing is sent"),
};

export interface ScriptedIngest {
  readonly url: string;
  /** What each session has sent so far. */
  readonly sessions: readonly ChatEvent[][];
  /** The streams of events that were asked for, which are refused: how many sessions there were, and the kinds. */
  readonly eventStreams: readonly (readonly [sessions: number, ...kinds: string[]])[];
  /** Asks the latest session. */
  ask(request: MessageInitShape<typeof ChatRequestSchema>): void;
  /** Ends the latest session. */
  end(): void;
}

/** Response headers of a core, in order of the sessions; the last ones stay. */
export async function startScriptedIngest(
  t: TestContext,
  headers: readonly Readonly<Record<string, string>>[],
): Promise<ScriptedIngest> {
  const sessions: ChatEvent[][] = [];
  let latest: Parameters<handleBidiStreamingCall<ChatEvent, ChatRequest>>[0] | undefined;
  const ingestEvents: handleBidiStreamingCall<ChatEvent, ChatRequest> = (call) => {
    latest = call;
    const events: ChatEvent[] = [];
    const own = headers[Math.min(sessions.length, headers.length - 1)] ?? {};
    sessions.push(events);
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(own)) metadata.set(name, value);
    call.sendMetadata(metadata);
    call.on("data", (event: ChatEvent) => events.push(event));
    call.on("end", () => call.end());
    call.on("error", () => undefined);
  };
  const eventStreams: [number, ...string[]][] = [];
  const streamEvents: handleServerStreamingCall<StreamEventsRequest, unknown> = (call) => {
    eventStreams.push([sessions.length, ...(call.request.options?.kinds ?? [])]);
    call.emit("error", { code: status.PERMISSION_DENIED, details: "no scope" });
  };
  const server = new Server();
  server.addService({ streamEvents: STREAM_EVENTS }, { streamEvents });
  server.addService({ ingestEvents: INGEST_EVENTS }, { ingestEvents });
  t.after(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ sessions, eventStreams },
    ask: (request) => void latest?.write(create(ChatRequestSchema, request)),
    end: () => void latest?.end(),
  };
}
