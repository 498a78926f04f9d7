/** Foreign clients when things go wrong: late answers, clients that hang; and over core's TLS. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { needPrograms } from "../support/servers.ts";
import { makeCertificate } from "./certificate.ts";
import { type CoreProcess, startCoreProcess, TOKENS } from "./core-process.ts";
import { eventually } from "./deadline.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";
import { ProgramClient } from "./program-client.ts";
import { foreignProgram, LANGUAGES } from "./programs.ts";
import { accepted, commandsOf, gone, nextRequest, opened, type Stage, stageOf } from "./stage.ts";

async function coreWith(context: TestContext, flags: readonly string[]): Promise<CoreProcess> {
  const core = await startCoreProcess(flags);
  context.after(() => core.close());
  return core;
}

/** The names of the commands that a plugin asks after. */
async function commandNames(stage: Stage): Promise<string[]> {
  const { response } = await stage.counterpart("other").call("registeredCommands", {});
  return Object.keys(commandsOf(response));
}

for (const language of LANGUAGES) {
  test(`no answer in time: a plugin and a backend in ${language}`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    const core = await coreWith(context, [
      "--action-timeouts",
      JSON.stringify({ send_message: 300 }),
    ]);
    const stage = stageOf(context, core, program);
    const plugin = await stage.foreign("plugin");
    const backend = await accepted(await stage.foreign("backend"), plugin, "irc", "late");
    const channelId = "irc://late/c";
    const late = plugin.call("sendMessage", { channelId, text: "x" });
    const { id } = await nextRequest(backend);
    assert.deepEqual(await late, { code: 4, message: "request timed out" });
    // Its late answer is nobody's; the next request is answered as ever.
    backend.push({ id, inner: { case: "failed", value: { reason: "late" } } });
    const acted = plugin.call("performAction", { channelId, text: "x" });
    const next = await nextRequest(backend);
    backend.push({ id: next.id, inner: { case: "success", value: {} } });
    assert.equal((await acted).code, 0);
  });

  test(`a plugin and a backend in ${language} that hang are let go`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    const flags = ["--keep-alive-interval-ms", "500", "--keep-alive-timeout-ms", "5000"];
    const stage = stageOf(context, await coreWith(context, flags), program);
    const [plugin, backend] = [await stage.foreign("plugin"), await stage.foreign("backend")];
    await opened(plugin, stage.counterpart("other"));
    await accepted(backend, stage.counterpart("other"), "irc", "hangs");
    assert.equal((await commandNames(stage)).length, 1);
    plugin.hang();
    backend.hang();
    await gone(stage.counterpart("other"), "irc://hangs");
    await eventually(
      () => commandNames(stage),
      (names) => names.length === 0,
      "its command is free",
    );
  });

  test(`a backend in ${language} that hangs gives way to its successor`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    // Core's own pings are far away: it is the second Hello that makes core look.
    const stage = stageOf(context, await coreWith(context, []), program);
    const plugin = stage.counterpart("plugin");
    const first = await stage.foreign("backend");
    await accepted(first, plugin, "irc", "heir");
    first.hang();
    const second = (await stage.foreign("backend")).backend("irc", "heir");
    const said = eventually(
      () => plugin.call("sendMessage", { channelId: "irc://heir/c", text: "x" }),
      ({ code }) => code === 0,
      "the successor answers",
    );
    const { id } = await nextRequest(second);
    second.push({ id, inner: { case: "success", value: {} } });
    await said;
  });
}

// The Rust client trusts the public authorities only, so it cannot be given our certificate.
for (const language of ["go", "python"] as const) {
  test(`a plugin and a backend in ${language} over core's own TLS`, async (context) => {
    const program = await foreignProgram(context, language);
    const tools = needPrograms(context, "openssl");
    if (program === undefined || tools === undefined) return;
    const { certificate, key, remove } = await makeCertificate(tools.openssl);
    context.after(remove);
    const core = await coreWith(context, ["--tls-cert-file", certificate, "--tls-key-file", key]);
    const url = `https://localhost:${new URL(core.url).port}`;
    const start = async (token: "plugin" | "backend") => {
      const env = { SSL_CERT_FILE: certificate };
      const client = await ProgramClient.start(program, { url, token: TOKENS[token] }, env);
      context.after(() => client.close());
      return client;
    };
    const counterpart = new GrpcJsClient({ url, token: TOKENS.other }, await readFile(certificate));
    context.after(() => counterpart.close());
    const plugin = await start("plugin");
    const events = await opened(plugin, counterpart);
    const backend = await accepted(await start("backend"), counterpart, "irc", "tls");
    backend.push({ inner: { case: "message", value: { text: "hi" } } });
    assert.equal((await events.next()).inner.case, "message");
    const lost = await plugin.call("sendMessage", { channelId: "irc://nobody/c" });
    assert.deepEqual(lost, { code: 5, message: "unknown backend" });
  });
}
