/** Core behind nginx, set up as docs/behind-nginx.md tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ListBackendsRequestSchema,
  ListBackendsResponseSchema,
  SendMessageRequestSchema,
} from "@seabird-chat/protocol";
import type { Client } from "./client.ts";
import { TOKENS } from "./core-process.ts";
import { eventually } from "./deadline.ts";
import { front, type Wire } from "./nginx-front.ts";
import { ProgramClient } from "./program-client.ts";
import { foreignProgram, type Language } from "./programs.ts";
import { accepted, commandsOf, gone, nextRequest, opened, type TokenName } from "./stage.ts";
import { envelope, post, unwrap } from "./web.ts";

/** The Rust client trusts the public authorities only, so it cannot be given our certificate. */
const FOREIGN: readonly [Language, Wire][] = [
  ["go", "h2c"],
  ["go", "tls"],
  ["rust", "h2c"],
  ["python", "h2c"],
  ["python", "tls"],
];

for (const [language, wire] of FOREIGN) {
  test(`a ${language} plugin and backend through nginx, ${wire}`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    const stage = await front(context);
    if (stage === undefined) return;
    const { nginx } = stage;
    const start = async (token: TokenName) => {
      const env = { SSL_CERT_FILE: nginx.certificate };
      const address = { url: nginx[wire], token: TOKENS[token] };
      const client = await ProgramClient.start(program, address, env);
      context.after(() => client.close());
      return client;
    };
    const [plugin, backend] = [await start("plugin"), await start("backend")];
    await worksBothWays(plugin, backend);
    // A program that is killed leaves nothing behind, though nginx is between.
    await backend.close();
    await gone(plugin, "irc://front");
  });
}

/** Events, an action with each outcome, and the statuses of both kinds of stream. */
async function worksBothWays(plugin: Client, backend: Client): Promise<void> {
  const events = await opened(plugin);
  const stream = await accepted(backend, plugin, "irc", "front");
  stream.push({ inner: { case: "message", value: { text: "hi" } } });
  const { inner } = await events.next();
  assert.equal(inner.case, "message");

  const channelId = "irc://front/c";
  const said = plugin.call("sendMessage", { channelId, text: "x" });
  const { id } = await nextRequest(stream);
  stream.push({ id, inner: { case: "success", value: {} } });
  assert.equal((await said).code, 0);

  // As long as a reason may be, in characters that escape to three times their bytes.
  const reason = "€".repeat(341);
  const failed = plugin.call("sendMessage", { channelId, text: "x" });
  const refused = await nextRequest(stream);
  stream.push({ id: refused.id, inner: { case: "failed", value: { reason } } });
  assert.deepEqual(await failed, { code: 2, message: reason });

  const lost = await plugin.call("sendMessage", { channelId: "irc://nobody/c" });
  assert.deepEqual(lost, { code: 5, message: "unknown backend" });
  assert.equal((await backend.backend("irc", "front").end()).code, 6);
  const held = await plugin.call("registeredCommands", {});
  const [name] = Object.keys(commandsOf(held.response));
  assert.ok(name !== undefined);
  assert.equal((await plugin.events({ [name]: {} }).end()).code, 6);
  events.cancel();
  await eventually(
    () => plugin.call("registeredCommands", {}),
    ({ response }) => !(name in commandsOf(response)),
    "the cancelled stream's command is free",
  );
}

for (const wire of ["h2c", "tls"] as const) {
  test(`megabytes on one ingest stream, through nginx, ${wire}`, async (context) => {
    const stage = await front(context);
    if (stage === undefined) return;
    const plugin = stage.through(wire, "plugin");
    const events = await opened(plugin);
    const stream = await accepted(stage.through(wire, "backend"), plugin, "irc", "bulk");
    const count = 4_000;
    const filling = "0123456789".repeat(100);
    for (let at = 0; at < count; at += 1) {
      const value = { command: "count", arg: `${at} ${filling}` };
      stream.push({ inner: { case: "command", value } });
    }
    for (let at = 0; at < count; at += 1) {
      const { inner } = await events.next();
      assert.ok(inner.case === "command" && inner.value.arg === `${at} ${filling}`);
    }
    const text = "ä".repeat(500_000);
    stream.push({ inner: { case: "message", value: { text } } });
    const { inner } = await events.next();
    assert.ok(inner.case === "message" && inner.value.text === text);
    const said = plugin.call("sendMessage", { channelId: "irc://bulk/c", text });
    const { id, request } = await nextRequest(stream);
    assert.equal((request["sendMessage"] as { text: string }).text, text);
    stream.push({ id, inner: { case: "success", value: {} } });
    assert.equal((await said).code, 0);
  });

  test(`thousands of calls beside an open stream, through nginx, ${wire}`, async (context) => {
    const stage = await front(context);
    if (stage === undefined) return;
    const plugin = stage.through(wire, "plugin");
    const events = await opened(plugin);
    for (let round = 0; round < 50; round += 1) {
      const calls = Array.from({ length: 50 }, () => plugin.call("listBackends", {}));
      for (const { code, message } of await Promise.all(calls)) assert.equal(code, 0, message);
    }
    const stream = await accepted(stage.through(wire, "backend"), plugin, "irc", "late");
    stream.push({ inner: { case: "message", value: { text: "still open" } } });
    assert.equal((await events.next()).inner.case, "message");
  });
}

test("core's own end of a stream comes through nginx, and so does its absence", async (context) => {
  const stage = await front(context);
  if (stage === undefined) return;
  const plugin = stage.through("tls", "plugin");
  const events = await opened(plugin);
  const [code, end] = await Promise.all([stage.core.stop(), events.end()]);
  assert.deepEqual(end, { code: 14, message: "core is shutting down" });
  assert.equal(code, 0);
  assert.equal((await plugin.call("listBackends", {})).code, 14, "nobody behind nginx");
});

test("Connect JSON and gRPC-Web through nginx", async (context) => {
  const stage = await front(context);
  if (stage === undefined) return;
  const target = { url: stage.nginx.tls, token: TOKENS.plugin, ca: stage.ca };
  await accepted(stage.through("tls", "backend"), stage.through("tls", "plugin"), "irc", "web");
  const list = "/seabird.Seabird/ListBackends";
  const send = "/seabird.Seabird/SendMessage";

  const json = await post(target, list, "application/json", "{}");
  assert.equal(json.status, 200);
  const backends = [{ id: "irc://web", type: "irc" }];
  assert.deepEqual(JSON.parse(json.body.toString()), { backends });
  const lost = await post(target, send, "application/json", '{"channelId":"irc://nobody/c"}');
  assert.equal(lost.status, 404);
  assert.deepEqual(JSON.parse(lost.body.toString()), {
    code: "not_found",
    message: "unknown backend",
  });

  const web = "application/grpc-web+proto";
  const empty = toBinary(ListBackendsRequestSchema, create(ListBackendsRequestSchema));
  const listed = unwrap((await post(target, list, web, envelope(empty))).body);
  assert.match(listed.trailers, /grpc-status: ?0/i);
  const [first] = listed.messages;
  assert.ok(first !== undefined);
  const response = fromBinary(ListBackendsResponseSchema, first);
  assert.deepEqual(
    response.backends.map(({ id }) => id),
    ["irc://web"],
  );
  const nobody = create(SendMessageRequestSchema, { channelId: "irc://nobody/c" });
  const refused = await post(
    target,
    send,
    web,
    envelope(toBinary(SendMessageRequestSchema, nobody)),
  );
  // A refusal without any message may come in the header, which nginx hands on as it is.
  assert.equal(refused.status, 200);
  assert.match(`${unwrap(refused.body).trailers}${refused.headers["grpc-status"] ?? ""}`, /5/);
});
