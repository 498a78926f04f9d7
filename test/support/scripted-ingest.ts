/** Core's side of a backend's stream, scripted: notes what a backend sends, and asks what a test wants. */
import type { TestContext } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import {
  type ChatEvent,
  ChatEventSchema,
  ChatIngest,
  type ChatRequest,
  ChatRequestSchema,
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

export interface ScriptedIngest {
  readonly url: string;
  /** What each session has sent so far. */
  readonly sessions: readonly ChatEvent[][];
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
  const server = new Server();
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
    sessions,
    ask: (request) => void latest?.write(create(ChatRequestSchema, request)),
    end: () => void latest?.end(),
  };
}
