/** Files reach IRC as links that open: one of a plugin, and one of another network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, connectActions, text } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { startBot } from "../support/irc-bot.ts";
import { onIrc } from "../support/irc-stage.ts";
import { urlOfReported } from "../support/known-file.ts";
import { startNgircdWithAlice } from "../support/ngircd-with-alice.ts";
import { startTestBackend } from "../support/test-backend.ts";

const BYTES = Buffer.from("meow");
const PUBLIC_URL = "https://chat.example";

test("ngircd: somebody opens the links of a plugin's file and of a picture from elsewhere", async (t) => {
  const stage = await startNgircdWithAlice(t, "#test");
  if (stage === undefined) return;
  const { server, alice } = stage;
  const core = await startCore({ env: { SEABIRD_PUBLIC_URL: PUBLIC_URL } }, t);
  await startBot(t, core, server);
  const { url } = core;
  const plugin = connectActions({ url, token: await core.token(["plugin"], "plugin") });
  t.after(() => plugin.close());
  const matrix = await startTestBackend(
    { url, token: await core.token(["backend:test/*"], "net") },
    { fetchAttachment: (_id, upload) => upload({ bytes: BYTES, contentType: "image/png" }) },
  );
  t.after(() => matrix.close());
  await matrix.ready();

  const opens = async (line: string): Promise<void> => {
    const [link = ""] = /https:\/\/chat\.example\/media\/\S+/.exec(line) ?? [];
    const opened = await fetch(link.replace(PUBLIC_URL, url));
    assert.equal(opened.status, 200, line);
    assert.equal(opened.headers.get("content-type"), "image/png");
    assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
  };

  const file = await plugin.upload({ bytes: BYTES, name: "cat.png" });
  await plugin.sendMessage(onIrc("#test"), text`look: ${file}`);
  await opens(await alice.hears(/:look: cat\.png: \S+$/));

  const picture = attachment({ id: "mxc:1", name: "dog.png", contentType: "image/png" });
  matrix.emit.message({ channel: "#room", user: "bob", block: picture });
  await urlOfReported(plugin, "test://net/mxc%3A1");
  const relayed = attachment({ id: "test://net/mxc%3A1", name: "dog.png" });
  await plugin.sendMessage(onIrc("#test"), text`bob: ${relayed}`);
  await opens(await alice.hears(/:bob: dog\.png: \S+$/));
});
