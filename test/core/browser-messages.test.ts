/** A web page that uses the messages extension: Connect's client for browsers, behind a browser's own checks. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import {
  channelConversation,
  type Event,
  FEATURES,
  INSTANCE_HEADER,
  Messages,
  Seabird,
  Support,
} from "@seabird-chat/protocol";
import { startCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const ORIGIN = "https://chat.example";
const CHANNEL = "irc://web/%23c";
const conversation = channelConversation(CHANNEL);
const ann = { id: "ann", displayName: "Ann" };

/** Headers of a request that need no leave, and of a response that a page may read in any case. */
const SAFE_REQUEST = new Set(["accept", "accept-language", "content-language"]);
const SAFE_RESPONSE = new Set(["cache-control", "content-language", "content-length"]);
SAFE_RESPONSE.add("content-type").add("expires").add("last-modified").add("pragma");

/**
 * `fetch` as a page of `origin` has it: asks before a request to another origin, refuses what it is
 * not allowed, and hides what is not exposed.
 */
function pageFetch(origin: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const names = [...request.headers.keys()].filter((name) => !SAFE_REQUEST.has(name));
    const asked = await fetch(request.url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": request.method,
        "access-control-request-headers": names.sort().join(),
      },
    });
    const allowed = listIn(asked.headers, "access-control-allow-headers");
    const refused = names.filter((name) => !allowed.has(name));
    const isOpen = asked.ok && asked.headers.get("access-control-allow-origin") === origin;
    if (!isOpen || refused.length > 0) throw new TypeError(`blocked by CORS: ${refused.join()}`);
    request.headers.set("origin", origin);
    const response = await fetch(request);
    assert.equal(response.headers.get("access-control-allow-origin"), origin);
    const exposed = listIn(response.headers, "access-control-expose-headers");
    const shown = [...response.headers].filter(
      ([name]) => SAFE_RESPONSE.has(name) || exposed.has(name),
    );
    const { status, statusText } = response;
    return new Response(response.body, { status, statusText, headers: shown });
  };
}

function listIn(headers: Headers, name: string): ReadonlySet<string> {
  return new Set((headers.get(name) ?? "").split(",").map((each) => each.trim().toLowerCase()));
}

const TRANSPORTS = {
  "gRPC-Web": createGrpcWebTransport,
  "Connect, JSON": createConnectTransport,
  "Connect, binary": (options: Parameters<typeof createConnectTransport>[0]) =>
    createConnectTransport({ ...options, useBinaryFormat: true }),
};

async function world(t: TestContext, open: typeof createConnectTransport, origin = ORIGIN) {
  const core = await startCore({ corsOrigins: [ORIGIN] }, t);
  const token = await core.token(["plugin", "persona", "backend:*/*"], "page");
  const backend = new RawBackend(new RawClient(core.url, { token }));
  t.after(() => backend.close());
  const features = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));
  const backendInfo = { type: "irc", id: "web" };
  backend.send({ inner: { case: "hello", value: { backendInfo, capabilities: { features } } } });
  backend.join("#c");
  await until("the channel", () => core.core.broker.stats().channels === 1);
  const authorize: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  const transport = open({
    baseUrl: core.url,
    fetch: pageFetch(origin),
    interceptors: [authorize],
    defaultTimeoutMs: 10_000,
  });
  const plugin = createClient(Seabird, transport);
  return { core, backend, plugin, messages: createClient(Messages, transport) };
}

for (const [name, open] of Object.entries(TRANSPORTS)) {
  test(`a web page by ${name}: calls of messages, sends with options, and kinds`, async (t) => {
    const { core, backend, plugin, messages } = await world(t, open);
    backend.respond = ({ inner }) => {
      if (inner.case === "listMembers") {
        return { case: "members", value: { members: [{ user: ann }], isComplete: true } };
      }
      if (inner.case === "deleteMessages") {
        return { case: "success", value: { failed: { m2: "too old" } } };
      }
      return { case: "success", value: { result: { messageIds: ["m1"] } } };
    };
    const events: Event[] = [];
    const kinds = ["reaction", "typing", "send_message", "message_edited", "message_deleted"];
    const stop = new AbortController();
    const stream = plugin.streamEvents({ options: { kinds } }, { signal: stop.signal });
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })().catch((reason) => assert.equal(ConnectError.from(reason).code, Code.Canceled));
    await until("the stream", () => core.core.broker.stats().eventStreams === 1);

    let instance = "";
    const onHeader = (headers: Headers) => {
      instance = headers.get(INSTANCE_HEADER) ?? "";
      assert.equal(headers.get("seabird-extensions"), "messages,media");
    };
    const options = {
      replyTo: { messageId: "m0", text: "so?", author: { ...ann, id: "irc://web/ann" } },
      persona: { displayName: "Bot" },
      idempotencyKey: "key",
    };
    const send = { channelId: CHANNEL, text: "hi", options };
    const { result } = await plugin.sendMessage(send, { onHeader });
    assert.deepEqual([result?.messageIds, result?.degraded], [["m1"], []]);
    assert.ok((result?.sequence ?? 0n) > 0n);
    // The same send once more, to the same run of core only: it is not said twice.
    const headers = { [INSTANCE_HEADER]: instance };
    assert.deepEqual((await plugin.sendMessage(send, { headers })).result, result);
    const elsewhere = plugin.sendMessage(send, { headers: { [INSTANCE_HEADER]: "another" } });
    await assert.rejects(elsewhere, /another run of core/);

    const edit = { conversation, messageIds: ["m1"], text: "hello" };
    assert.deepEqual((await messages.editMessage(edit)).result?.messageIds, ["m1"]);
    await messages.react({ conversation, messageId: "m1", emoji: { text: "👍" } });
    await messages.setTyping({ conversation, isActive: true });
    const { members, isComplete } = await messages.listMembers({ channelId: CHANNEL });
    assert.deepEqual([members.map(({ user }) => user?.id), isComplete], [["irc://web/ann"], true]);
    const messageIds = ["m1", "m2"];
    const { failed } = await messages.deleteMessages({ conversation, messageIds });
    assert.deepEqual(failed, { m2: "too old" });
    await assert.rejects(messages.react({ conversation, messageId: "m1" }), {
      code: Code.InvalidArgument,
      rawMessage: "missing emoji",
    });

    const asked = backend.requests.map(({ inner }) => inner.case);
    const calls = ["editMessage", "react", "setTyping", "listMembers", "deleteMessages"];
    assert.deepEqual(asked, ["sendMessage", ...calls]);
    const [first] = backend.requests;
    assert.ok(first?.inner.case === "sendMessage");
    assert.equal(first.inner.value.options?.replyTo?.author?.id, "ann");
    assert.equal(first.inner.value.options?.idempotencyKey, "");

    const typing = { conversation: channelConversation("#c"), user: ann, isActive: true };
    backend.send({ inner: { case: "typing", value: typing } });
    backend.say("#c", "of a kind that is not asked for");
    backend.send({ inner: { case: "typing", value: { ...typing, isActive: false } } });
    const seen = ["sendMessage", "messageEdited", "reaction", "messageDeleted", "typing", "typing"];
    await until("the events", () => events.length >= seen.length);
    assert.deepEqual(
      events.map(({ inner }) => inner.case),
      seen,
    );
    assert.equal(events[0]?.meta?.sequence, result?.sequence);
    stop.abort();
    await reading;
  });
}

test("a web page of another origin is kept out by its browser", async (t) => {
  const { backend, messages } = await world(t, createConnectTransport, "https://evil.example");
  await assert.rejects(messages.listMembers({ channelId: CHANNEL }), /blocked by CORS/);
  assert.equal(backend.requests.length, 0);
});
