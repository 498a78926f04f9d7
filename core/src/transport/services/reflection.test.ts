/** What many may ask reflection for is encoded once, whoever asks how often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Seabird } from "@seabird-chat/protocol";
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
} from "@seabird-chat/protocol/grpc";
import { messagesIn } from "../../broker/test/fixtures.ts";
import type { Call, Method, Session } from "../calls/method.ts";
import { TRANSPORT_LIMITS } from "../limits.ts";
import { reflectionMethods } from "./reflection.ts";

type Question = MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"] & object;

/** A session, and how often a file's contents were looked at. */
function open() {
  const { file } = Seabird;
  const seen = { reads: 0 };
  const watched = Object.create(file, {
    proto: {
      get() {
        seen.reads++;
        return file.proto;
      },
    },
  });
  const parent = { ...Seabird, file: watched };
  const desc = { ...Seabird.method.getCoreInfo, parent } as Method["desc"];
  const method = { kind: "unary", access: "any", desc, handle: () => ({}) } as unknown as Method;
  const [reflection] = reflectionMethods([method]).values();
  assert.ok(reflection !== undefined);
  return { session: reflection.handle({} as Call), seen };
}

function ask(session: Session, question: Question, host = "") {
  const request = create(ServerReflectionRequestSchema, { host, messageRequest: question });
  return session.receive(toBinary(ServerReflectionRequestSchema, request));
}

const SYMBOL = { case: "fileContainingSymbol", value: "seabird.Seabird" } as const;

test("a file is encoded once, and each answer repeats its own question", () => {
  const { session, seen } = open();
  for (let i = 0; i < 50; i++) {
    ask(session, SYMBOL, `host ${i}`);
    const [bytes, ...others] = messagesIn(session.output.take(1) ?? new Uint8Array());
    assert.ok(bytes !== undefined && others.length === 0);
    const answer = fromBinary(ServerReflectionResponseSchema, bytes);
    assert.equal(answer.validHost, `host ${i}`);
    assert.deepEqual(answer.originalRequest?.messageRequest, SYMBOL);
    assert.ok(answer.messageResponse.case === "fileDescriptorResponse");
    assert.ok(answer.messageResponse.value.fileDescriptorProto.length > 1);
    assert.deepEqual(bytes, Buffer.from(toBinary(ServerReflectionResponseSchema, answer)));
  }
  assert.equal(seen.reads, 1);
});

test("a question that is longer than any name is refused before it is decoded", () => {
  const { session } = open();
  const most = TRANSPORT_LIMITS.maxReflectionRequestBytes;
  assert.throws(() => session.receive(new Uint8Array(most + 1)), {
    code: "bad_request",
    message: `a question of ${most + 1} bytes, limit ${most}`,
  });
});

test("questions wait while their answers are not read", async () => {
  const { session } = open();
  const most = TRANSPORT_LIMITS.maxReflectionAnswers;
  for (let i = 1; i < most; i++) assert.equal(ask(session, SYMBOL), undefined);
  const full = ask(session, SYMBOL);
  assert.ok(full instanceof Promise);
  session.output.take(1);
  await full;
});
