/** Settings of a plugin that change while it runs, and what it says of itself. */
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

test("settings that come while it starts wait for that; of several the last stays; a close ends them", async (t) => {
  const core = await startCore({}, t);
  const started = Promise.withResolvers<void>();
  const slow = plugin("slow", { config: z.strictObject({ size: live(z.number()).default(0) }) });
  const taken: string[] = [];
  slow.onStart(async (host) => {
    taken.push(`starts with ${host.config.size}`);
    await started.promise;
  });
  const gates = new Map([[2, Promise.withResolvers<void>()]]);
  slow.onSettings(async (host) => {
    const { size } = host.config;
    taken.push(`begins ${size}`);
    await gates.get(size)?.promise;
    taken.push(`ends ${size}`);
  });
  const running = startPlugin(slow, { url: core.url, token: await core.token(["plugin"]) });
  t.after(() => running.close());
  const changes = [running.reconfigure({ size: 1 }), running.reconfigure({ size: 2 })];
  const last = running.reconfigure({ size: 3 });
  await until("the start", () => taken.length === 1);
  started.resolve();
  await until("the second", () => taken.at(-1) === "begins 2");
  gates.get(2)?.resolve();
  await Promise.all([...changes, last]);
  const steps = [1, 2, 3].flatMap((size) => [`begins ${size}`, `ends ${size}`]);
  assert.deepEqual(taken, ["starts with 0", ...steps]);
  gates.set(4, Promise.withResolvers());
  const overtaken = running.reconfigure({ size: 4 });
  await until("the fourth", () => taken.at(-1) === "begins 4");
  await Promise.all([assert.rejects(overtaken, { code: "closed" }), running.close()]);
  await assert.rejects(running.reconfigure({ size: 5 }), { code: "closed" });
});

test("settings for a plugin that does not start are refused with its reason", async (t) => {
  const core = await startCore({}, t);
  const broken = plugin("broken", { config: z.object({ size: live(z.number()).default(0) }) });
  broken.onStart(() => {
    throw new Error("no disk");
  });
  broken.onSettings(() => assert.fail("it does not run"));
  const running = startPlugin(broken, { url: core.url, token: await core.token(["plugin"]) });
  t.after(() => running.close());
  await assert.rejects(running.reconfigure({ size: 1 }), { message: "no disk" });
});

test("a running plugin says how it is, once it has started and until it closes", async (t) => {
  const core = await startCore({}, t);
  const counter = plugin("counter", { config: z.object({ step: z.number().default(2) }) });
  let count = 0;
  counter.onStart((host) => {
    count = host.config.step;
  });
  counter.onStatus((host) => {
    count += host.config.step;
    return { count };
  });
  counter.onMetrics(() => [
    { name: "steps_total", help: "Steps", type: "counter", samples: [{ value: count }] },
  ]);
  const token = await core.token(["plugin"]);
  const running = startPlugin(counter, { url: core.url, token });
  const silent = startPlugin(plugin("silent"), { url: core.url, token });
  t.after(() => Promise.all([running.close(), silent.close()]));
  assert.deepEqual(await running.status(), { count: 4 });
  assert.equal(await silent.status(), undefined);
  const samples = [{ value: 4 }];
  const steps = { name: "steps_total", help: "Steps", type: "counter", samples };
  assert.deepEqual(await running.metrics(), [steps]);
  assert.equal(await silent.metrics(), undefined);
  await running.close();
  await assert.rejects(running.status(), { code: "closed" });
  await assert.rejects(running.metrics(), { code: "closed" });
});
