/** `--probe`: what it prints of how far a connection came, and how it ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { backend } from "../backend/backend.ts";
import { ProbeFailure, type ProbeHost } from "../backend/probe.ts";
import { probe } from "./run-probe.ts";

const config = z.object({ host: z.string() });
const connect = () => ({ close: () => undefined });

function outcome(
  run: ((settings: { host: string }, host: ProbeHost) => Promise<string>) | undefined,
  settings: object = { host: "h" },
  timeoutMs = 60_000,
) {
  const definition = backend("net", { config, connect, ...(run && { probe: run }) });
  return probe(definition, { ...settings }, timeoutMs);
}

test("every stage passed, and who answered", async () => {
  const { result, code } = await outcome(async ({ host }, { begin }) => {
    begin("connect");
    begin("register");
    return `${host} welcomes bird`;
  });
  const passed = ["settings", "connect", "register"];
  assert.deepEqual(result, { ok: true, passed, message: "h welcomes bird" });
  assert.equal(code, 0);
});

test("the stage that failed, why, and the setting that may help", async () => {
  const { result, code } = await outcome(async (_, { begin }) => {
    begin("connect");
    begin("register");
    throw new ProbeFailure("the nick is in use", { setting: "nick" });
  });
  assert.deepEqual(result, {
    ok: false,
    passed: ["settings", "connect"],
    failed: "register",
    message: "the nick is in use",
    setting: "nick",
  });
  assert.equal(code, 1);
  const defect = await outcome(async (_, { begin }) => {
    begin("connect");
    throw new TypeError("x is not a function");
  });
  assert.deepEqual([defect.result.failed, defect.code], ["connect", 1]);
});

test("wrong settings, and what only the backend sees of them", async () => {
  const wrong = await outcome(undefined, {});
  assert.partialDeepStrictEqual(wrong.result, {
    ...{ ok: false, passed: [], failed: "settings", setting: "host" },
  });
  assert.match(wrong.result.message, /^host: /);
  assert.equal(wrong.code, 78);
  const unreadable = await outcome(async () => {
    throw new ProbeFailure('cannot read "/nowhere"', { setting: "tls.ca" });
  });
  assert.deepEqual([unreadable.result.failed, unreadable.result.setting], ["settings", "tls.ca"]);
  assert.equal(unreadable.code, 78);
});

test("a time limit, also for a backend that never looks at its signal", async () => {
  const { result, code } = await outcome(
    (_, { begin }) => {
      begin("connect");
      return new Promise(() => undefined);
    },
    undefined,
    20,
  );
  const message = "no answer within 0.02 s";
  assert.deepEqual(result, { ok: false, passed: ["settings"], failed: "connect", message });
  assert.equal(code, 5);
});

test("without a probe the settings alone are checked", async () => {
  const { result, code } = await outcome(undefined);
  assert.deepEqual([result.ok, result.passed, code], [true, ["settings"], 0]);
  assert.match(result.message, /net has no probe/);
});
