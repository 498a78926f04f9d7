/** gRPC's standard reflection service, version 1 and, message for message the same, v1alpha. */
import { Buffer } from "node:buffer";
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
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Source, SourceEnd } from "../../broker/streams/source.ts";
import type { BidiMethod, Method, Session } from "../calls/method.ts";
import { TRANSPORT_LIMITS } from "../limits.ts";
import { GRPC_STATUS } from "../status.ts";

const { maxReflectionRequestBytes, maxReflectionAnswers } = TRANSPORT_LIMITS;
const V1_PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const V1ALPHA_PATH = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

type Response = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;
/**
 * The field of an answer that holds the response, encoded. It is the last of the fields, so what
 * stands before it, which repeats the request, is encoded by itself.
 */
type EncodedResponse = Uint8Array;

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

/**
 * Every file that the services need, by name and by what is in it. What it answers is encoded once,
 * since one small request asks for all of them.
 */
class Catalogue {
  readonly services: EncodedResponse;
  readonly #files = new Map<string, DescFile>();
  readonly #bySymbol = new Map<string, DescFile>();
  readonly #encoded = new Map<DescFile, EncodedResponse>();

  constructor(methods: readonly DescMethod[]) {
    const names = [...new Set(methods.map(({ parent }) => parent.typeName))].sort();
    const service = names.map((name) => ({ name }));
    this.services = encodeResponse({ case: "listServicesResponse", value: { service } });
    for (const { parent } of methods) this.#add(parent.file);
  }

  /** The file and what it imports, itself first. */
  byFileName(name: string): EncodedResponse | undefined {
    return this.#response(this.#files.get(name) ?? this.#files.get(name.replace(/\.proto$/, "")));
  }

  /** A service, method, message, field, oneof or enum, by its full name. */
  bySymbol(symbol: string): EncodedResponse | undefined {
    const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
    return this.#response(this.#bySymbol.get(symbol) ?? this.#bySymbol.get(parent));
  }

  #response(file: DescFile | undefined): EncodedResponse | undefined {
    if (file === undefined) return undefined;
    const known = this.#encoded.get(file);
    if (known !== undefined) return known;
    const value = { fileDescriptorProto: serialise(file) };
    const encoded = encodeResponse({ case: "fileDescriptorResponse", value });
    this.#encoded.set(file, encoded);
    return encoded;
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

function serialise(file: DescFile): Uint8Array[] {
  const files = new Map<string, DescFile>();
  const collect = (each: DescFile) => {
    if (files.has(each.name)) return;
    files.set(each.name, each);
    for (const dependency of each.dependencies) collect(dependency);
  };
  collect(file);
  return [...files.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}

function encodeResponse(messageResponse: Response): EncodedResponse {
  const answer = create(ServerReflectionResponseSchema, { messageResponse });
  return toBinary(ServerReflectionResponseSchema, answer);
}

class ReflectionSession implements Session {
  readonly output: AnswerQueue = new AnswerQueue();
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  receive(message: Uint8Array): void | Promise<void> {
    const request = decode(message);
    const repeated = create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
    });
    return this.output.push({
      head: toBinary(ServerReflectionResponseSchema, repeated),
      response: answerTo(this.#catalogue, request),
    });
  }

  finish(): void {
    this.output.finish();
  }

  close(): void {
    this.output.close();
  }
}

function decode(message: Uint8Array): ServerReflectionRequest {
  if (message.length > maxReflectionRequestBytes) {
    const text = `a question of ${message.length} bytes, limit ${maxReflectionRequestBytes}`;
    throw new BrokerError("bad_request", text);
  }
  try {
    return fromBinary(ServerReflectionRequestSchema, message);
  } catch (cause) {
    throw new BrokerError("undecodable", "bytes are no ServerReflectionRequest", { cause });
  }
}

function answerTo(
  catalogue: Catalogue,
  { messageRequest }: ServerReflectionRequest,
): EncodedResponse {
  switch (messageRequest.case) {
    case "listServices":
      return catalogue.services;
    case "fileByFilename":
      return catalogue.byFileName(messageRequest.value) ?? unknownName(messageRequest.value);
    case "fileContainingSymbol":
      return catalogue.bySymbol(messageRequest.value) ?? unknownName(messageRequest.value);
    case "allExtensionNumbersOfType":
    case "fileContainingExtension":
      return NO_EXTENSIONS;
    default:
      return NO_QUESTION;
  }
}

function unknownName(name: string): EncodedResponse {
  return failure(GRPC_STATUS.NOT_FOUND, `"${name}" is not known`);
}

function failure(errorCode: number, errorMessage: string): EncodedResponse {
  return encodeResponse({ case: "errorResponse", value: { errorCode, errorMessage } });
}

const NO_EXTENSIONS = failure(GRPC_STATUS.NOT_FOUND, "there are no extensions");
const NO_QUESTION = failure(GRPC_STATUS.INVALID_ARGUMENT, "a request without a question");

/** An answer that waits: its own bytes, and those that it shares with others like it. */
interface WaitingAnswer {
  readonly head: Uint8Array;
  readonly response: EncodedResponse;
}

/**
 * Answers in order, with backpressure on a client that does not read them. They are put together
 * only when they are taken, so those that wait take little memory.
 */
class AnswerQueue implements Source {
  onReady: (() => void) | undefined;
  end: SourceEnd | undefined;
  #waiting: WaitingAnswer[] = [];
  #onCapacity: (() => void) | undefined;

  push(answer: WaitingAnswer): void | Promise<void> {
    this.#waiting.push(answer);
    this.onReady?.();
    if (this.#waiting.length < maxReflectionAnswers) return;
    return new Promise((resolve) => {
      this.#onCapacity = resolve;
    });
  }

  take(): Uint8Array | undefined {
    const answer = this.#waiting.shift();
    if (this.#waiting.length < maxReflectionAnswers) this.#resumeInput();
    return answer && envelopeOf(answer);
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

function envelopeOf({ head, response }: WaitingAnswer): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + head.length + response.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(head.length + response.length, 1);
  bytes.set(head, ENVELOPE_BYTES);
  bytes.set(response, ENVELOPE_BYTES + head.length);
  return bytes;
}
