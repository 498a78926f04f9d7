/** A chat backend on the raw gRPC client: says Hello and answers as it is told. */
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  ChatEventSchema,
  type ChatRequest,
  ChatRequestSchema,
} from "@seabird-chat/protocol";
import { type RawCall, RawClient } from "./grpc-client.ts";

export const INGEST_PATH = "/seabird.ChatIngest/IngestEvents";

type ChatEventInit = MessageInitShape<typeof ChatEventSchema>;

/** What a backend says to a request; `undefined`: nothing. */
export type Responder = (request: ChatRequest) => ChatEventInit["inner"] | undefined;

export function encodeEvent(event: ChatEventInit): Uint8Array {
  return toBinary(ChatEventSchema, create(ChatEventSchema, event));
}

export class RawBackend {
  readonly client: RawClient;
  readonly call: RawCall;
  readonly requests: ChatRequest[] = [];
  /** Default: Success to everything. */
  respond: Responder = () => ({ case: "success", value: {} });
  #seen = 0;

  constructor(client: RawClient) {
    this.client = client;
    this.call = client.open(INGEST_PATH);
    this.call.onMessage = () => this.#receive();
  }

  /** Connects and says Hello; resolves when core has accepted it. */
  static async connect(url: string, token: string, type = "irc", id = "seabird") {
    const backend = new RawBackend(new RawClient(url, { token }));
    backend.send({ inner: { case: "hello", value: { backendInfo: { type, id } } } });
    await backend.call.headersCame();
    return backend;
  }

  send(event: ChatEventInit): this {
    this.call.write(encodeEvent(event));
    return this;
  }

  /** Puts a channel into core's list. */
  join(channelId: string, topic = ""): this {
    const value = { channelId, displayName: channelId, topic };
    return this.send({ inner: { case: "joinChannel", value } });
  }

  say(channelId: string, text: string): this {
    const user = { id: "u1", displayName: "Ann" };
    return this.send({
      inner: { case: "message", value: { source: { channelId, user }, text } },
    });
  }

  close(): Promise<void> {
    return this.client.close();
  }

  #receive(): void {
    for (; this.#seen < this.call.messages.length; this.#seen += 1) {
      const request = fromBinary(
        ChatRequestSchema,
        this.call.messages[this.#seen] ?? new Uint8Array(),
      );
      this.requests.push(request);
      const inner = this.respond(request);
      if (inner !== undefined) this.send({ id: request.id, inner } as ChatEvent);
    }
  }
}
