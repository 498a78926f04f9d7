/** One answer for each request, within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "@seabird-chat/protocol";
import { systemClock } from "../link/clock.ts";
import { Answerer } from "./answerer.ts";
import { type Answer, success } from "./answers.ts";
import type { BackendHandlers, RequestContext } from "./requests.ts";

type Inner = NonNullable<MessageInitShape<typeof ChatRequestSchema>["inner"]>;

const request = (id: string, inner: Inner): ChatRequest => create(ChatRequestSchema, { id, inner });
const send = (id: string) =>
  request(id, { case: "sendMessage", value: { channelId: "#a", text: id } });

function answerer(handlers: BackendHandlers, { maxAtOnce = 10, timeoutMs = 60_000 } = {}) {
  const over = new AbortController();
  const answers: [string, Answer][] = [];
  const made = new Answerer(
    {
      handlers,
      maxAtOnce,
      timeoutMs,
      clock: systemClock,
      answer: (id, answer) => answers.push([id, answer]),
    },
    over.signal,
  );
  return { answerer: made, answers, over };
}

test("what a handler returns or throws becomes the answer", async () => {
  const { answerer: made, answers } = answerer({
    sendMessage: ({ text }) => {
      if (text === "bad") throw new Error("no such room");
      return success();
    },
    metadata: () => ({ a: "1" }),
    leaveChannel: ({ exitMessage }) => ({ kind: "failed", reason: exitMessage }),
  });
  await made.take(send("good"));
  await made.take(send("bad"));
  await made.take(request("meta", { case: "metadata", value: {} }));
  const tags = { "core/exit-message": "bye" };
  await made.take(request("leave", { case: "leaveChannel", value: { channelId: "#a", tags } }));
  await made.take(request("join", { case: "joinChannel", value: { channelName: "#a" } }));
  await made.take(request("new", { case: undefined }));
  await made.settled();
  assert.deepEqual(Object.fromEntries(answers), {
    good: { kind: "success" },
    bad: { kind: "failed", reason: "no such room" },
    meta: { kind: "metadata", values: { a: "1" } },
    leave: { kind: "failed", reason: "bye" },
    join: { kind: "failed", reason: "not supported by this backend" },
    new: { kind: "failed", reason: "not supported by this backend" },
  });
  assert.equal(answers.length, 6);
});

test("handlers start in order and no more than allowed run at once", async () => {
  const started: string[] = [];
  const first = Promise.withResolvers<Answer>();
  const { answerer: made } = answerer(
    {
      sendMessage: ({ text }) => {
        started.push(text);
        return text === "1" ? first.promise : success();
      },
    },
    { maxAtOnce: 1 },
  );
  let isFree = false;
  const taken = made.take(send("1")).then(() => {
    isFree = true;
  });
  await new Promise(setImmediate);
  assert.equal(isFree, false);
  first.resolve(success());
  await taken;
  await made.take(send("2"));
  assert.deepEqual(started, ["1", "2"]);
});

test("a handler that takes too long is answered for once, and told", async () => {
  let seen: RequestContext | undefined;
  const slow = Promise.withResolvers<Answer>();
  const { answerer: made, answers } = answerer(
    {
      sendMessage: (_request, context) => {
        seen = context;
        return slow.promise;
      },
    },
    { timeoutMs: 1 },
  );
  await made.take(send("1"));
  await made.settled();
  slow.resolve(success());
  await new Promise(setImmediate);
  assert.equal(answers.length, 1);
  assert.equal(answers[0]?.[1].kind, "failed");
  assert.equal(seen?.signal.aborted, true);
});

test("after the session is over nothing is answered, and handlers are told", async () => {
  let seen: RequestContext | undefined;
  const {
    answerer: made,
    answers,
    over,
  } = answerer({
    sendMessage: (_request, context) => {
      seen = context;
      return new Promise<Answer>(() => undefined);
    },
  });
  await made.take(send("1"));
  over.abort();
  await made.settled();
  assert.equal(seen?.signal.aborted, true);
  assert.deepEqual(answers, []);
});

test("who leaves finishes what was begun and begins nothing more", async () => {
  const begun = Promise.withResolvers<Answer>();
  let handled = 0;
  const { answerer: made, answers } = answerer({
    sendMessage: () => {
      handled++;
      return begun.promise;
    },
  });
  await made.take(send("1"));
  made.stop();
  await made.take(send("2"));
  begun.resolve(success());
  await made.settled();
  assert.equal(handled, 1);
  assert.deepEqual(answers, [
    ["2", { kind: "failed", reason: "the backend is leaving" }],
    ["1", { kind: "success" }],
  ]);
});
