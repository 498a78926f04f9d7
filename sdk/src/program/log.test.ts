/** The log: what each kind of entry becomes, and what never gets out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogOptions } from "./log.ts";

function logged(options: Partial<LogOptions> = {}, isTTY = false) {
  const lines: string[] = [];
  const stream = { isTTY, write: (line: string) => lines.push(line) };
  const log = createLog({ name: "dice", stream, ...options });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "null");
  return { log, lines, last };
}

test("a message, fields and an error become one JSON line each", () => {
  const { log, lines, last } = logged();
  log.info("started");
  assert.match(String(last()["time"]), /^\d{4}-.*Z$/);
  assert.deepEqual(
    { ...last(), time: 0 },
    { level: "info", time: 0, name: "dice", msg: "started" },
  );
  log.warn({ tries: 3, level: "mine" }, "slow");
  assert.equal(last()["tries"], 3);
  assert.equal(last()["level"], "warn");
  assert.equal(last()["msg"], "slow");
  log.error(new TypeError("no", { cause: new Error("deeper") }));
  assert.equal(last()["msg"], "no");
  const error = last()["error"] as { name: string; cause: { message: string }; stack: string };
  assert.equal(error.name, "TypeError");
  assert.equal(error.cause.message, "deeper");
  assert.match(error.stack, /log\.test/);
  log.error(undefined);
  assert.equal(last()["msg"], "undefined");
  assert.ok(lines.every((line) => line.endsWith("}\n") && line.indexOf("\n") === line.length - 1));
});

test("of two entries both are kept, in either order", () => {
  const { log, last } = logged();
  const kept = (...entries: [unknown, unknown?]) => {
    log.info(...entries);
    const { level, time, name, ...rest } = last();
    const { error } = rest as { error?: { message: string } };
    return error === undefined ? rest : { ...rest, error: error.message };
  };
  const rows: [[unknown, unknown?], Record<string, unknown>][] = [
    [["hi", { who: "ann" }], { msg: "hi", who: "ann" }],
    [[{ who: "ann" }, "hi"], { msg: "hi", who: "ann" }],
    [["hi", new Error("no")], { msg: "hi", error: "no" }],
    [[new Error("no"), { who: "ann" }], { msg: "no", who: "ann", error: "no" }],
    [["hi", "there"], { msg: "hi there" }],
    [["count", 3], { msg: "count 3" }],
    [["hi", null], { msg: "hi null" }],
    [["list", ["a", "b"]], { msg: "list", 0: "a", 1: "b" }],
  ];
  for (const [entries, line] of rows) assert.deepEqual(kept(...entries), line);
});

test("what cannot be written is not, and what was said about it is", () => {
  const { log, last } = logged();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const odd = Object.assign(new Error(), { message: { not: "a text" } });
  for (const entry of [proxy, { error: proxy }, odd, { error: odd }]) {
    log.error(entry, "it failed (k3f9)");
    assert.equal(last()["msg"], "it failed (k3f9) (with something that cannot be written)");
  }
});

test("the level is live, for children too", () => {
  const { log, lines, last } = logged({ level: "warn" });
  const child = log.child({ part: "a" });
  child.info("unheard");
  assert.equal(lines.length, 0);
  log.level = "debug";
  child.debug({ n: 1 }, "heard");
  assert.deepEqual([last()["part"], last()["n"], child.level], ["a", 1, "debug"]);
});

test("secrets are hidden, whatever they are in", () => {
  const { log, lines } = logged();
  const token = `sbd_${"x".repeat(43)}`;
  log.error({ token: "t0p", sasl: { password: "t0p" }, list: [{ key: "t0p" }] }, `saw ${token}`);
  log.error(new Error(`bad ${token}`));
  log.error({ said: token });
  assert.equal(lines.join("").includes("t0p"), false);
  assert.equal(lines.join("").includes(token), false);
});

test("on a terminal it is words without control characters", () => {
  const { log, lines } = logged({}, true);
  log.warn({ error: new Error("it\x1b[2J broke"), host: "a" }, "lost");
  assert.equal(lines[0], 'dice warn: lost: it [2J broke host="a"\n');
});

test("what is endless is cut, and a reader who is slow loses lines", () => {
  const { log, lines } = logged();
  const loop: Record<string, unknown> = { text: "x".repeat(100_000) };
  loop["self"] = loop;
  log.info(loop, "y".repeat(100_000));
  assert.ok((lines[0]?.length ?? 0) < 120_000);
  const slow = { write: (line: string) => lines.push(line), writableLength: 5_000_000 };
  createLog({ name: "x", stream: slow }).error("lost");
  assert.equal(lines.length, 1);
});
