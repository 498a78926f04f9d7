/** The services beside Seabird's own: reflection, administration, health as grpc-js sees it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { Seabird } from "@seabird-chat/protocol";
import { Admin, type Status } from "@seabird-chat/protocol/admin";
import { ServerReflection, type ServerReflectionResponse } from "@seabird-chat/protocol/grpc";
import { startCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const EMPTY = new Uint8Array(0);

async function world(t: TestContext, scopes: readonly string[]) {
  const core = await startCore({}, t);
  const headers = { authorization: `Bearer ${await core.token(scopes, "boss")}` };
  return { core, headers, transport: createGrpcTransport({ baseUrl: core.url }) };
}

type Question = Parameters<
  ReturnType<typeof createClient<typeof ServerReflection>>["serverReflectionInfo"]
>[0];

async function ask(t: TestContext, questions: Question): Promise<ServerReflectionResponse[]> {
  const { transport, headers } = await world(t, ["metrics"]);
  const client = createClient(ServerReflection, transport);
  const answers: ServerReflectionResponse[] = [];
  for await (const answer of client.serverReflectionInfo(questions, { headers }))
    answers.push(answer);
  return answers;
}

test("reflection lists the services and describes them whole", async (t) => {
  const answers = await ask(
    t,
    (async function* () {
      yield { messageRequest: { case: "listServices", value: "" } } as const;
      yield { messageRequest: { case: "fileContainingSymbol", value: "seabird.Seabird" } } as const;
      yield { messageRequest: { case: "fileContainingSymbol", value: "no.such.Thing" } } as const;
      yield { messageRequest: { case: "fileByFilename", value: "common.proto" } } as const;
    })(),
  );
  const [services, file, nothing, common] = answers.map(({ messageResponse }) => messageResponse);
  assert.ok(services?.case === "listServicesResponse");
  assert.deepEqual(
    services.value.service.map(({ name }) => name),
    [
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "seabird.ChatIngest",
      "seabird.Seabird",
      "seabird.admin.v1.Admin",
      "seabird.messages.v1.Media",
      "seabird.messages.v1.Messages",
    ],
  );
  assert.ok(file?.case === "fileDescriptorResponse");
  const protos: FileDescriptorProto[] = file.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: protos.reverse() }));
  assert.ok(registry.getService("seabird.Seabird")?.method["sendMessage"] !== undefined);
  assert.ok(nothing?.case === "errorResponse");
  assert.equal(nothing.value.errorCode, Code.NotFound);
  assert.equal(common?.case, "fileDescriptorResponse");
});

test("reflection answers by its older name too, and not without a token", async (t) => {
  const { core, headers } = await world(t, ["metrics"]);
  const client = new RawClient(core.url);
  t.after(() => client.close());
  const path = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const refused = await client.open(path).end(EMPTY).result();
  assert.equal(refused.status, 16);
  const call = client.open(path, headers).end(Uint8Array.of(0x3a, 0));
  const { status, messages } = await call.result();
  assert.deepEqual([status, messages.length], [0, 1]);
});

test("administration needs its scope", async (t) => {
  const { transport, headers } = await world(t, ["plugin"]);
  const admin = createClient(Admin, transport);
  await assert.rejects(admin.listTokens({}, { headers }), {
    code: Code.PermissionDenied,
    rawMessage: 'token lacks the scope "admin"',
  });
});

test("tokens are created, listed, used and revoked", async (t) => {
  const { core, transport, headers } = await world(t, ["admin"]);
  const admin = createClient(Admin, transport);
  const made = await admin.createToken(
    { name: "bot", scopes: ["plugin"], expiresIn: { seconds: 60n } },
    { headers },
  );
  assert.match(made.secret, /^sbd_/);
  const seabird = createClient(Seabird, transport);
  const own = { headers: { authorization: `Bearer ${made.secret}` } };
  assert.ok((await seabird.getCoreInfo({}, own)).currentTimestamp > 0n);
  const { tokens } = await admin.listTokens({}, { headers });
  assert.deepEqual(
    tokens.map(({ name }) => name),
    ["boss", "bot"],
  );
  await admin.revokeToken({ id: made.token?.id ?? "" }, { headers });
  await assert.rejects(seabird.getCoreInfo({}, own), { code: Code.Unauthenticated });
  await assert.rejects(admin.revokeToken({ id: "nobody" }, { headers }), { code: Code.NotFound });
  await assert.rejects(admin.createToken({ name: "core", scopes: ["plugin"] }, { headers }), {
    code: Code.InvalidArgument,
  });
  const info = await admin.getServerInfo({}, { headers });
  assert.equal(info.limits["maxStreamsPerConnection"], 1_024n);
  assert.ok(core.core.url.length > 0 && info.version !== "");
});

test("streams and backends are listed, watched and ended", async (t) => {
  const { core, headers } = await world(t, ["admin"]);
  const admin = createClient(
    Admin,
    createConnectTransport({ baseUrl: core.url, httpVersion: "1.1" }),
  );
  const seen: Status[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const status of admin.watchStatus({}, { headers, signal: stop.signal })) {
      seen.push(status);
    }
  })().catch(() => {});
  await until("a snapshot", () => seen[0]?.status.case === "snapshot");
  const token = await core.token();
  const backend = await RawBackend.connect(core.url, token);
  const client = new RawClient(core.url, { token });
  t.after(() => Promise.all([backend.close(), client.close()]));
  const events = client.open("/seabird.Seabird/StreamEvents").end(EMPTY);
  await until("both", () => seen.length >= 3);
  const { streams } = await admin.listStreams({}, { headers });
  const { backends } = await admin.listConnections({}, { headers });
  assert.deepEqual([streams[0]?.tokenName, backends[0]?.id], ["tester", "irc://seabird"]);
  await admin.disconnect({ id: backends[0]?.id ?? "", reason: "maintenance" }, { headers });
  await admin.disconnect({ id: streams[0]?.id ?? "" }, { headers });
  const backendEnd = await backend.call.result();
  assert.deepEqual([backendEnd.status, backendEnd.message], [14, "maintenance"]);
  assert.equal((await events.result()).message, "disconnected by an administrator");
  await until("their ends", () => seen.length >= 5);
  assert.deepEqual(seen.map(({ status }) => status.case).toSorted(), [
    "backendConnected",
    "backendDisconnected",
    "snapshot",
    "streamClosed",
    "streamOpened",
  ]);
  await assert.rejects(admin.disconnect({ id: "nobody" }, { headers }), { code: Code.NotFound });
  stop.abort();
  await watching;
});

test("grpc-js, which many plugins use, calls and streams", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token();
  const client = new Client(`127.0.0.1:${core.port}`, credentials.createInsecure());
  t.after(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const raw = (bytes: Buffer) => bytes;
  const call = (path: string, options: { deadline?: number } = {}) =>
    new Promise<ServiceError | null>((resolve) =>
      client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadata, options, (error) =>
        resolve(error),
      ),
    );
  assert.equal(await call("/seabird.Seabird/GetCoreInfo"), null);
  const refused = await call("/seabird.Seabird/SendMessage");
  assert.deepEqual([refused?.code, refused?.details], [3, "failed to parse channel_id"]);
  const stream = client.makeServerStreamRequest(
    "/seabird.Seabird/StreamEvents",
    raw,
    raw,
    Buffer.alloc(0),
    metadata,
  );
  stream.on("error", () => {});
  await new Promise((resolve) => stream.once("metadata", resolve));
  const backend = await RawBackend.connect(core.url, token);
  t.after(() => backend.close());
  const event = new Promise((resolve) => stream.once("data", resolve));
  backend.say("#chan", "hi");
  await event;
  stream.cancel();
  await until("no stream", () => core.core.broker.stats().eventStreams === 0);
});
