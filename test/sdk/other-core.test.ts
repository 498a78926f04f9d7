/** The SDK on a core that is not ours: no health service, and headers only with the first message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  status,
} from "@grpc/grpc-js";
import {
  type ChatEvent,
  type ChatRequest,
  type CoreInfoRequest,
  CoreInfoRequestSchema,
  type CoreInfoResponse,
  CoreInfoResponseSchema,
  type Event,
  EventSchema,
  Seabird,
  type SendMessageRequest,
  SendMessageRequestSchema,
  type SendMessageResponse,
  SendMessageResponseSchema,
  type StreamEventsRequest,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import {
  bold,
  connectActions,
  connectPlugin,
  type Log,
  mention,
  plugin,
  type SendOptions,
  silentLog,
  startPlugin,
  text,
} from "@seabird-chat/sdk";
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

const unary = <I extends DescMessage, O extends DescMessage>(
  name: string,
  input: I,
  output: O,
): MethodDefinition<MessageShape<I>, MessageShape<O>> => ({
  path: `/${Seabird.typeName}/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: (message) => Buffer.from(toBinary(input, message)),
  requestDeserialize: (bytes) => fromBinary(input, bytes),
  responseSerialize: (message) => Buffer.from(toBinary(output, message)),
  responseDeserialize: (bytes) => fromBinary(output, bytes),
});

test("a core without the messages extension gets nothing of it, and what needs it says so", async (t) => {
  const requests: SendMessageRequest[] = [];
  const sendMessage: handleUnaryCall<SendMessageRequest, SendMessageResponse> = (call, answer) => {
    requests.push(call.request);
    answer(null, create(SendMessageResponseSchema));
  };
  const getCoreInfo: handleUnaryCall<CoreInfoRequest, CoreInfoResponse> = (_call, answer) =>
    answer(null, create(CoreInfoResponseSchema));
  const server = new Server();
  server.addService(
    {
      sendMessage: unary("SendMessage", SendMessageRequestSchema, SendMessageResponseSchema),
      getCoreInfo: unary("GetCoreInfo", CoreInfoRequestSchema, CoreInfoResponseSchema),
    },
    { sendMessage, getCoreInfo },
  );
  t.after(() => server.forceShutdown());
  const url = `http://127.0.0.1:${await bind(server)}`;
  const failure = (call: Promise<unknown>) => call.then(String, String);
  const where = { channelId: "irc://a/b" };
  const none = "SeabirdError: this core does not have the messages extension";
  const needs: Readonly<Record<string, SendOptions>> = {
    replyTo: { replyTo: { id: "x" } },
    persona: { persona: { displayName: "Zed" } },
  };
  for (const [option, options] of Object.entries(needs)) {
    // A client that knows nothing of core yet asks it before it sends.
    await using fresh = connectActions({ url, token: "x" });
    const sent = failure(fresh.sendMessage(where.channelId, "hi", options));
    assert.equal(await sent, `${none}, which the option ${option} needs`);
  }
  await using client = connectActions({ url, token: "x" });
  await client.coreInfo();
  assert.equal(requests.length, 0);
  // It refuses kinds of blocks that it does not know.
  for (const known of [client, connectActions({ url, token: "x" })]) {
    t.after(() => known.close());
    await known.sendMessage(
      where.channelId,
      text`hi ${mention({ userId: "irc://a/ann" }, "@ann")}`,
    );
    const block = requests.pop()?.rootBlock;
    assert.deepEqual([block?.inner.case, block?.plain], ["text", "hi @ann"]);
  }
  await client.sendMessage(where.channelId, text`hi ${bold("you")}`);
  assert.equal(requests.pop()?.rootBlock?.inner.case, "container");
  const harmless = { referrer: "r", idempotencyKey: "k", replyTo: { id: "" }, startThread: true };
  const sent = await client.sendMessage(where.channelId, "hi", harmless);
  assert.deepEqual(
    requests.map(({ text, options }) => [text, options]),
    [["hi", undefined]],
  );
  assert.deepEqual([sent.ids, sent.degraded, sent.sequence], [[], [], undefined]);
  assert.deepEqual([sent.canEdit, sent.canDelete, sent.canReact], [false, false, false]);
  const calls = [
    sent.edit("x"),
    sent.delete(),
    sent.react("x"),
    client.editMessage(where, "1", "x"),
    client.deleteMessages(where, "1"),
    client.react(where, "1", "x"),
    client.setTyping(where, true),
    client.listMembers(where.channelId),
  ];
  for (const call of calls) assert.equal(await failure(call), none);
  assert.equal(await client.can("edit", where), false);
  assert.deepEqual((await client.capabilities(where)).features, {});
});

async function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

test("a plugin warns once of kinds that a core without the messages extension does not send", async (t) => {
  const streams: StreamEventsRequest[] = [];
  const hears: handleServerStreamingCall<StreamEventsRequest, Event> = (call) => {
    streams.push(call.request);
    call.sendMetadata(new Metadata());
    const { length } = streams;
    if (length < 2) call.end();
    else call.write(create(EventSchema, { inner: { case: "message", value: { text: "hi" } } }));
  };
  const server = new Server();
  server.addService({ streamEvents }, { streamEvents: hears });
  t.after(() => server.forceShutdown());
  const made = plugin("curious");
  const { promise: heard, resolve } = Promise.withResolvers<string>();
  made.on("reaction", () => resolve("a reaction"));
  made.on("typing", () => resolve("typing"));
  made.on("message", (ctx) => resolve(ctx.text));
  const lines: string[] = [];
  const log = { ...silentLog, warn: (...given: unknown[]) => void lines.push(given.join(" ")) };
  const running = startPlugin(made, {
    ...{ url: `http://127.0.0.1:${await bind(server)}`, token: "x" },
    log: log as Log,
  });
  t.after(() => running.close());
  assert.equal(await heard, "hi");
  const about = lines.filter((line) => line.includes("of this kind"));
  const kinds = "reaction, typing";
  assert.deepEqual(about, [`core does not send events of this kind: ${kinds}; a newer core does`]);
  assert.equal(streams.length, 2);
});

test("a newer core is asked again for a kind that an older one refused", async (t) => {
  const asked: string[] = [];
  const extra = ({ options }: StreamEventsRequest) =>
    (options?.kinds ?? []).filter((kind) => ["reaction", "typing"].includes(kind)).join();
  const hears: handleServerStreamingCall<StreamEventsRequest, Event> = (call) => {
    const kinds = extra(call.request);
    asked.push(kinds);
    const isOlder = asked.length <= 2;
    if (isOlder && kinds.includes("typing")) {
      call.emit("error", { code: status.INVALID_ARGUMENT, details: 'unknown kind "typing"' });
      return;
    }
    call.sendMetadata(new Metadata());
    if (isOlder) call.end();
    else call.write(create(EventSchema, { inner: { case: "message", value: { text: "hi" } } }));
  };
  const server = new Server();
  server.addService({ streamEvents }, { streamEvents: hears });
  t.after(() => server.forceShutdown());
  const missing: string[] = [];
  const client = connectPlugin({
    ...{ url: `http://127.0.0.1:${await bind(server)}`, token: "x" },
    kinds: ["reaction", "typing"],
    onMissingKinds: (kinds) => missing.push(...kinds),
    retryMinMs: 5,
  });
  t.after(() => client.close());
  const { value } = await client.events().next();
  assert.equal(value?.kind, "message");
  assert.deepEqual(asked, ["reaction,typing", "reaction", "reaction,typing"]);
  assert.deepEqual(missing.sort(), ["reaction", "typing"]);
});

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
  const port = await bind(server);
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
