/** Settings of a plugin that change while it runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plugin, startPlugin } from "@seabird-chat/sdk";
import { live } from "@seabird-chat/sdk/settings";
import { z } from "zod";
import { startCore } from "../support/core.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const ann = { id: "ann", displayName: "ann" };

test("new settings reach onSettings and later handlers; wrong ones change nothing", async (t) => {
  const core = await startCore({}, t);
  const backend = await RawBackend.connect(core.url, await core.token(["backend:irc/seabird"]));
  t.after(() => backend.close());
  const greeter = plugin("greeter", {
    config: z.strictObject({ greeting: live(z.string().min(1)).default("hi") }),
  });
  const taken: string[] = [];
  greeter.onSettings((host) => void taken.push(host.config.greeting));
  greeter.onSettings((host) => {
    if (host.config.greeting === "boo") throw new Error("not that");
  });
  greeter.on("message", (ctx) => ctx.reply(ctx.config.greeting));
  const running = startPlugin(greeter, { url: core.url, token: await core.token(["plugin"]) });
  t.after(() => running.close());
  await running.ready();
  const answer = async () => {
    const { length } = backend.requests;
    const source = { channelId: "#c", user: ann };
    backend.send({ inner: { case: "message", value: { source, text: "hello" } } });
    await until("an answer", () => backend.requests.length > length);
    const { inner } = backend.requests[length] ?? {};
    return inner?.case === "sendMessage" ? inner.value.text : inner?.case;
  };
  assert.equal(await answer(), "hi");
  await running.reconfigure({ greeting: "good day" });
  assert.deepEqual([taken, await answer()], [["good day"], "good day"]);
  await assert.rejects(running.reconfigure({ greeting: "" }), { name: "SettingsError" });
  assert.deepEqual([taken, await answer()], [["good day"], "good day"]);
  await assert.rejects(running.reconfigure({ greeting: "boo" }), { message: "not that" });
});
