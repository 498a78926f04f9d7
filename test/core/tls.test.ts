/** TLS: native gRPC and HTTP/1.1 by ALPN, and plaintext refused in words. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { startCore, type TestCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";

const run = promisify(execFile);
const EMPTY = new Uint8Array(0);
const untrusted = { rejectUnauthorized: false } as const;
const alpn = { ALPNProtocols: ["h2"] };
let tls: { readonly cert: string; readonly key: string };
let core: TestCore;
let token: string;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-tls-"));
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", "/CN=localhost", "-days", "2"];
  await run("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", cert]);
  tls = { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
  await rm(folder, { recursive: true });
  core = await startCore({ tls });
  token = await core.token();
});

after(() => core.close());

test("native gRPC over TLS: unary calls and a stream's headers", async () => {
  assert.match(core.url, /^https:/);
  const client = new RawClient(core.url, { token });
  assert.equal(client.session.alpnProtocol ?? "h2", "h2");
  assert.equal((await client.unary("/seabird.Seabird/GetCoreInfo", EMPTY)).status, 0);
  await client.open("/seabird.Seabird/StreamEvents").end(EMPTY).headersCame();
  await client.close();
});

test("HTTP/1.1 over TLS", async () => {
  const call = request(`${core.url}/healthz`, { rejectUnauthorized: false, agent: false });
  call.end();
  const [response] = await once(call, "response");
  assert.equal(response.statusCode, 200);
  response.resume();
  await once(response, "end");
});

test("plaintext HTTP/1.1 is told what to do", async () => {
  const socket = connect(core.port, "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close", { signal: AbortSignal.timeout(15_000) });
  assert.match(text, /^HTTP\/1\.1 400 /);
  assert.match(text, /speaks TLS/);
});

test("plaintext HTTP/2 is told what to do", async () => {
  const session = connectHttp2(`http://127.0.0.1:${core.port}`);
  session.on("error", () => {});
  const [code, , data] = await once(session, "goaway", { signal: AbortSignal.timeout(15_000) });
  assert.equal(code, 12);
  assert.match(String(data), /speaks TLS/);
  session.destroy();
});

test("a handshake that fails closes the connection and harms nobody", async () => {
  const bad = connect(core.port, "127.0.0.1");
  bad.write(Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]));
  await closed(bad);
  const client = new RawClient(core.url, { token });
  assert.equal((await client.unary("/seabird.Seabird/GetCoreInfo", EMPTY)).status, 0);
  await client.close();
});

test("a handshake that stalls is closed in time", async (t) => {
  const impatient = await startCore({ tls, transportLimits: { handshakeTimeoutMs: 300 } }, t);
  for (const bytes of [[0x16], [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]]) {
    const socket = connect(impatient.port, "127.0.0.1");
    t.after(() => socket.destroy());
    socket.write(Buffer.from(bytes));
    await closed(socket);
  }
  const silent = connectTls({ port: impatient.port, host: "127.0.0.1", ...untrusted });
  const http2 = connectTls({ port: impatient.port, host: "127.0.0.1", ...untrusted, ...alpn });
  await Promise.all([closed(silent), closed(http2)]);
  const client = new RawClient(impatient.url, { token: await impatient.token() });
  assert.equal((await client.unary("/seabird.Seabird/GetCoreInfo", EMPTY)).status, 0);
  await client.close();
});

test("TLS is refused where there is none", async (t) => {
  const plain = await startCore({}, t);
  const socket = connectTls({ port: plain.port, host: "127.0.0.1", ...untrusted });
  await closed(socket);
  assert.ok(plain.lines.some(({ message }) => /speaks plaintext/.test(message)));
});

/** Resolves when a socket has closed, well or not. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.resume();
  });
}

test("files that are no certificate and key say why, and nothing stays open", async () => {
  const tls = { cert: "no certificate", key: "no key" };
  await assert.rejects(startCore({ tls }), /^BrokerError: TLS certificate and key .*: .*PEM/);
});
