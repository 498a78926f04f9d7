/**
 * Golden transcripts: bytes that foreign clients once wrote, played to core as they are. They
 * need no toolchain, and hold what the clients of the day do on the wire: their settings, header
 * compression, pings and framing.
 */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { startCoreProcess, TOKENS } from "./core-process.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";
import { opened } from "./stage.ts";
import { CHECKS, ROLES } from "./transcript-scenes.ts";

const FOLDER = new URL("testdata/", import.meta.url);

const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".hex"));

test("there is a transcript of every client in every role", () => {
  const clients = ["go", "python", "rust", "seed-edition"];
  const wanted = clients.flatMap((client) => ROLES.map((role) => `${client}-${role}.hex`));
  assert.deepEqual(names.sort(), wanted.sort());
});

for (const name of names) {
  test(`the transcript ${name}`, async (context) => {
    const connections = await readTranscript(name);
    const core = await startCoreProcess();
    context.after(() => core.close());
    const plugin = new GrpcJsClient({ url: core.url, token: TOKENS.other });
    const backend = new GrpcJsClient({ url: core.url, token: TOKENS.backend });
    context.after(() => Promise.all([plugin.close(), backend.close()]));
    const role = name.endsWith("-plugin.hex") ? "plugin" : "backend";
    const play = async () => {
      for (const bytes of connections) playTo(context, core.url, bytes);
    };
    await CHECKS[role](play, plugin, backend, await opened(plugin));
  });
}

async function readTranscript(name: string): Promise<Buffer[]> {
  const text = await readFile(new URL(name, FOLDER), "utf8");
  const connections = text.split("\n\n");
  return connections.map((lines) => Buffer.from(lines.replaceAll("\n", ""), "hex"));
}

/** Writes it all at once, and keeps the connection until the test ends. */
function playTo(context: TestContext, url: string, bytes: Buffer): void {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {}).on("data", () => {});
  socket.write(bytes);
  context.after(() => {
    socket.destroy();
  });
}
