/** gRPC's standard reflection service, version 1 and, message for message the same, v1alpha. */
import {
  create,
  type DescFile,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "@seabird-chat/protocol/grpc";
import { envelope } from "../../broker/codec/envelope.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Source, SourceEnd } from "../../broker/streams/source.ts";
import type { BidiMethod, Method, Session } from "../calls/method.ts";
import { GRPC_STATUS } from "../status.ts";

/** Answers that may wait for one peer; until it reads some, its requests are not read. */
const MAX_WAITING_ANSWERS = 64;
const V1_PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const V1ALPHA_PATH = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

type Response = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

/** The method, by both of its paths. Describes what is in `methods`, and itself. */
export function reflectionMethods(methods: readonly Method[]): ReadonlyMap<string, BidiMethod> {
  let catalogue: Catalogue | undefined;
  const method: BidiMethod = {
    kind: "bidi_streaming",
    desc: ServerReflection.method.serverReflectionInfo,
    access: "any",
    handle() {
      catalogue ??= new Catalogue([...methods.map(({ desc }) => desc), method.desc]);
      return new ReflectionSession(catalogue);
    },
  };
  return new Map([
    [V1_PATH, method],
    [V1ALPHA_PATH, method],
  ]);
}

/** Every file that the services need, by name and by what is in it. */
class Catalogue {
  readonly services: readonly string[];
  readonly #files = new Map<string, DescFile>();
  readonly #bySymbol = new Map<string, DescFile>();

  constructor(methods: readonly DescMethod[]) {
    this.services = [...new Set(methods.map(({ parent }) => parent.typeName))].sort();
    for (const { parent } of methods) this.#add(parent.file);
  }

  /** The file and what it imports, itself first. */
  byFileName(name: string): readonly Uint8Array[] | undefined {
    const file = this.#files.get(name) ?? this.#files.get(name.replace(/\.proto$/, ""));
    return file === undefined ? undefined : serialise(file);
  }

  /** A service, method, message, field, oneof or enum, by its full name. */
  bySymbol(symbol: string): readonly Uint8Array[] | undefined {
    const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
    const file = this.#bySymbol.get(symbol) ?? this.#bySymbol.get(parent);
    return file === undefined ? undefined : serialise(file);
  }

  #add(file: DescFile): void {
    if (this.#files.has(file.name)) return;
    this.#files.set(file.name, file);
    for (const { typeName } of [...file.messages, ...file.enums, ...file.services]) {
      this.#bySymbol.set(typeName, file);
    }
    for (const dependency of file.dependencies) this.#add(dependency);
  }
}

function serialise(file: DescFile): readonly Uint8Array[] {
  const files = new Map<string, DescFile>();
  const collect = (each: DescFile) => {
    if (files.has(each.name)) return;
    files.set(each.name, each);
    for (const dependency of each.dependencies) collect(dependency);
  };
  collect(file);
  return [...files.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}

class ReflectionSession implements Session {
  readonly output: AnswerQueue = new AnswerQueue();
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  receive(message: Uint8Array): void | Promise<void> {
    const request = decode(message);
    const answer = create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answerTo(this.#catalogue, request),
    });
    return this.output.push(toBinary(ServerReflectionResponseSchema, answer));
  }

  finish(): void {
    this.output.finish();
  }

  close(): void {
    this.output.close();
  }
}

function decode(message: Uint8Array): ServerReflectionRequest {
  try {
    return fromBinary(ServerReflectionRequestSchema, message);
  } catch (cause) {
    throw new BrokerError("undecodable", "bytes are no ServerReflectionRequest", { cause });
  }
}

function answerTo(catalogue: Catalogue, { messageRequest }: ServerReflectionRequest): Response {
  switch (messageRequest.case) {
    case "listServices": {
      const service = catalogue.services.map((name) => ({ name }));
      return { case: "listServicesResponse", value: { service } };
    }
    case "fileByFilename":
      return files(catalogue.byFileName(messageRequest.value), messageRequest.value);
    case "fileContainingSymbol":
      return files(catalogue.bySymbol(messageRequest.value), messageRequest.value);
    case "allExtensionNumbersOfType":
    case "fileContainingExtension":
      return failure(GRPC_STATUS.NOT_FOUND, "there are no extensions");
    default:
      return failure(GRPC_STATUS.INVALID_ARGUMENT, "a request without a question");
  }
}

function files(found: readonly Uint8Array[] | undefined, name: string): Response {
  if (found === undefined) return failure(GRPC_STATUS.NOT_FOUND, `"${name}" is not known`);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: [...found] } };
}

function failure(errorCode: number, errorMessage: string): Response {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** Answers in order, with backpressure on a client that does not read them. */
class AnswerQueue implements Source {
  onReady: (() => void) | undefined;
  end: SourceEnd | undefined;
  #waiting: Uint8Array[] = [];
  #onCapacity: (() => void) | undefined;

  push(message: Uint8Array): void | Promise<void> {
    this.#waiting.push(envelope(message));
    this.onReady?.();
    if (this.#waiting.length < MAX_WAITING_ANSWERS) return;
    return new Promise((resolve) => {
      this.#onCapacity = resolve;
    });
  }

  take(): Uint8Array | undefined {
    const bytes = this.#waiting.shift();
    if (this.#waiting.length < MAX_WAITING_ANSWERS) this.#resumeInput();
    return bytes;
  }

  finish(): void {
    this.end = { error: undefined };
    this.onReady?.();
  }

  close(): void {
    this.#waiting = [];
    this.#resumeInput();
  }

  #resumeInput(): void {
    this.#onCapacity?.();
    this.#onCapacity = undefined;
  }
}
