/** Clients of the edition without blocks, on the core of today: both directions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bold } from "@seabird-chat/protocol";
import { startCoreProcess } from "./core-process.ts";
import { seedEditionProgram } from "./programs.ts";
import { accepted, nextEvent, nextRequest, opened, type Stage, stageOf } from "./stage.ts";

const channelId = "irc://old/%23c";

test("a backend and a plugin of the seed's edition", async (context) => {
  const program = await seedEditionProgram(context);
  if (program === undefined) return;
  const core = await startCoreProcess();
  context.after(() => core.close());
  await context.test("its backend gives text, and today's plugin gets blocks too", (inner) =>
    backendSpeaks(stageOf(inner, core, program)),
  );
  await context.test("its backend is given text by today's plugin, blocks or not", (inner) =>
    backendListens(stageOf(inner, core, program)),
  );
  await context.test("its plugin hears and sends text", (inner) =>
    pluginTalks(stageOf(inner, core, program)),
  );
});

async function backendSpeaks(stage: Stage): Promise<void> {
  const plugin = stage.counterpart("plugin");
  const events = await opened(plugin);
  const stream = await accepted(await stage.foreign("backend"), plugin, "irc", "old");
  const source = { channelId: "#c", user: { id: "ana", displayName: "Ana" } };
  stream.push({ inner: { case: "message", value: { source, text: "hi" } }, tags: { a: "b" } });
  const user = { id: "irc://old/ana", displayName: "Ana" };
  assert.deepEqual(await nextEvent(events), {
    message: {
      source: { channelId, user },
      text: "hi",
      rootBlock: { plain: "hi", text: { text: "hi" } },
    },
    tags: { a: "b", "core/original-format": "text" },
  });
  stream.cancel();
}

async function backendListens(stage: Stage): Promise<void> {
  const plugin = stage.counterpart("plugin");
  const stream = await accepted(await stage.foreign("backend"), plugin, "irc", "older");
  const said = plugin.call("performAction", { channelId: "irc://older/c", rootBlock: bold("hi") });
  const { id, request } = await nextRequest(stream);
  // Its schema has no blocks: what the program tells is what it understood.
  assert.deepEqual(request, {
    performAction: { channelId: "c", text: "hi", tags: { "core/original-format": "blocks" } },
  });
  stream.push({ id, inner: { case: "success", value: {} } });
  assert.equal((await said).code, 0);
}

async function pluginTalks(stage: Stage): Promise<void> {
  const plugin = await stage.foreign("plugin");
  const events = await opened(plugin);
  const stream = await accepted(stage.counterpart("backend"), plugin, "irc", "new");
  stream.push({ inner: { case: "message", value: { rootBlock: bold("hi") } } });
  assert.deepEqual(await nextEvent(events), {
    message: { text: "hi" },
    tags: { "core/original-format": "blocks" },
  });
  const said = plugin.call("sendMessage", { channelId: "irc://new/c", text: "yes" });
  const { id, request } = await nextRequest(stream);
  assert.deepEqual(request, {
    sendMessage: {
      channelId: "c",
      text: "yes",
      rootBlock: { plain: "yes", text: { text: "yes" } },
      tags: { "core/original-format": "text" },
    },
  });
  stream.push({ id, inner: { case: "success", value: {} } });
  assert.equal((await said).code, 0);
  assert.deepEqual(await nextEvent(events), {
    sendMessage: { sender: "plugin", channelId: "irc://new/c", text: "yes" },
    tags: { "core/original-format": "text" },
  });
}
