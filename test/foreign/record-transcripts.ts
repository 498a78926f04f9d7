/**
 * Records the golden transcripts anew: `node --test` on this file, when
 * a client's version changes, or the scenes do. The tests only play them.
 */
import { writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { test } from "node:test";
import { startCoreProcess, TOKENS } from "./core-process.ts";
import { cutFrames, hasCalls, isPingAnswer } from "./frames.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";
import { ProgramClient } from "./program-client.ts";
import { foreignProgram, LANGUAGES, type Program, seedEditionProgram } from "./programs.ts";
import { opened } from "./stage.ts";
import { ACTS, CHECKS, ROLES, type Role } from "./transcript-scenes.ts";

test("records", async (context) => {
  const names = [...LANGUAGES, "seed-edition"] as const;
  for (const name of names) {
    const program =
      name === "seed-edition"
        ? await seedEditionProgram(context)
        : await foreignProgram(context, name);
    if (program === undefined) return;
    for (const role of ROLES) {
      const text = await record(program, role);
      await writeFile(new URL(`testdata/${name}-${role}.hex`, import.meta.url), text);
    }
  }
});

/** One connection after another; a line is the preface or a frame, an empty line ends one. */
async function record(program: Program, role: Role): Promise<string> {
  const core = await startCoreProcess();
  const tap = await startTap(Number(new URL(core.url).port));
  const plugin = new GrpcJsClient({ url: core.url, token: TOKENS.other });
  const backend = new GrpcJsClient({ url: core.url, token: TOKENS.backend });
  const client = await ProgramClient.start(program, { url: tap.url, token: TOKENS[role] });
  try {
    const events = await opened(plugin);
    await CHECKS[role](async () => ACTS[role](client), plugin, backend, events);
  } finally {
    await client.close();
    for (const each of [plugin, backend]) await each.close();
    await core.close();
    tap.server.close();
  }
  return tap.connections
    .map((chunks) => cutFrames(Buffer.concat(chunks)))
    .filter(hasCalls)
    .map((parts) => parts.filter((part) => !isPingAnswer(part)))
    .map((parts) => `${parts.map((part) => part.toString("hex")).join("\n")}\n`)
    .join("\n");
}

/** Hands everything on to core, and keeps what the client wrote, connection by connection. */
async function startTap(port: number) {
  const connections: Buffer[][] = [];
  const server: Server = createServer((client) => {
    const chunks: Buffer[] = [];
    connections.push(chunks);
    const core = connect(port, "127.0.0.1");
    client.on("data", (chunk: Buffer) => chunks.push(chunk));
    client.pipe(core).pipe(client);
    for (const socket of [client, core]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { connections, server, url };
}
