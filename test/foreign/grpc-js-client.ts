/** A client on @grpc/grpc-js, in this process: the counterpart of the one under test. */
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import {
  ChatEventSchema,
  ChatIngest,
  Messages,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import type {
  Client,
  Commands,
  EventInit,
  EventStream,
  IngestStream,
  Input,
  Method,
  Outcome,
} from "./client.ts";
import { deadline } from "./deadline.ts";
import { ForeignStream } from "./stream.ts";

interface Desc {
  readonly parent: { readonly typeName: string };
  readonly name: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
}

type MessagesMethod = keyof (typeof Messages)["method"];
type MessagesInput<M extends MessagesMethod> = MessageInitShape<
  (typeof Messages)["method"][M]["input"]
>;

type Readable = grpc.ClientReadableStream<never> | grpc.ClientDuplexStream<unknown, never>;

export class GrpcJsClient implements Client {
  readonly tellsHeaders = true;
  readonly #client: grpc.Client;
  readonly #metadata = new grpc.Metadata();

  /** `root`: the certificate to trust, PEM, where the URL says https. */
  constructor(address: { readonly url: string; readonly token: string }, root?: Buffer) {
    const { protocol, host } = new URL(address.url);
    const credentials =
      protocol === "https:" ? grpc.credentials.createSsl(root) : grpc.credentials.createInsecure();
    // Channels are shared by address otherwise; each client is to be a connection of its own.
    this.#client = new grpc.Client(host, credentials, { "grpc.use_local_subchannel_pool": 1 });
    this.#metadata.set("authorization", `Bearer ${address.token}`);
  }

  call<M extends Method>(method: M, request: Input<M>): Promise<Outcome> {
    return this.#unary(Seabird.method[method], request);
  }

  /** A call of the messages extension. */
  callMessages<M extends MessagesMethod>(method: M, request: MessagesInput<M>): Promise<Outcome> {
    return this.#unary(Messages.method[method], request);
  }

  #unary(desc: Desc, request: unknown): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => {
      this.#client.makeUnaryRequest(
        ...wire(desc),
        create(desc.input, request as never),
        this.#metadata,
        (error, response) => {
          if (error !== null) resolve({ code: error.code, message: error.details });
          else {
            const json = toJson(desc.output, response as never);
            resolve({ code: 0, message: "", response: json });
          }
        },
      );
    });
    return deadline(outcome, () => `no answer to ${desc.name}`);
  }

  events(commands: Commands = {}, kinds: readonly string[] = []): EventStream {
    const options = kinds.length > 0 ? { options: { kinds: [...kinds] } } : {};
    const request = create(StreamEventsRequestSchema, { commands, ...options });
    const call = this.#client.makeServerStreamRequest(
      ...wire(Seabird.method.streamEvents),
      request as never,
      this.#metadata,
    );
    return follow("event stream", call as Readable) as EventStream;
  }

  backend(type: string, id: string): IngestStream {
    const stream = this.ingest();
    stream.push({ inner: { case: "hello", value: { backendInfo: { type, id } } } });
    return stream;
  }

  ingest(): IngestStream {
    const call = this.#client.makeBidiStreamRequest(
      ...wire(ChatIngest.method.ingestEvents),
      this.#metadata,
    ) as unknown as grpc.ClientDuplexStream<unknown, never>;
    return Object.assign(follow("ingest stream", call), {
      push: (event: EventInit) => call.write(create(ChatEventSchema, event)),
      finish: () => call.end(),
    }) as unknown as IngestStream;
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

function wire(desc: Desc) {
  return [
    `/${desc.parent.typeName}/${desc.name}`,
    (message: unknown) => Buffer.from(toBinary(desc.input, message as never)),
    (bytes: Buffer) => fromBinary(desc.output, bytes),
  ] as const;
}

function follow(what: string, call: Readable): ForeignStream<unknown> {
  const stream = new ForeignStream(`the counterpart's ${what}`, () => call.cancel());
  call.on("metadata", () => stream.gotHeaders());
  call.on("data", (message) => stream.got(message));
  call.on("error", () => {});
  call.on("status", ({ code, details }) => stream.gotEnd({ code, message: details }));
  return stream;
}
