import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { newSecret } from "../auth/secret.ts";

const LOG = JSON.stringify(new URL("./log.ts", import.meta.url).href);

/** Runs lines of a program that has a `log`; returns what it wrote. */
async function written(format: string, program: string): Promise<string> {
  const script = `
    const { openLog } = await import(${LOG});
    const log = await openLog({ logLevel: "info", logFormat: "${format}" });
    ${program}`;
  const args = ["--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
  return stdout;
}

test("JSON: one object a line, with level, time and the error's text", async () => {
  const out = await written(
    "auto",
    `log.info({ backend: "irc" }, "connected");
     log.debug({}, "not shown");
     log.error({ error: new TypeError("broken") }, "failed");`,
  );
  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  const [first, second] = lines;
  assert.deepEqual(
    { ...first, time: 0 },
    { level: "info", time: 0, backend: "irc", msg: "connected" },
  );
  assert.equal(second.error.type, "TypeError");
  assert.match(second.error.message, /broken/);
});

test("the cause of a failed call is written in full", async () => {
  const out = await written("json", `log.error({ cause: new TypeError("why it failed") }, "x");`);
  assert.match(JSON.parse(out).cause.stack, /TypeError: why it failed/);
});

test("names of tokens show; a secret does not, wherever it stands", async () => {
  const secret = newSecret();
  for (const format of ["json", "pretty"]) {
    const out = await written(
      format,
      `log.info({ tokenName: "my bot", error: new Error("not ${secret}!"), list: ["${secret}"] }, "of ${secret}");`,
    );
    assert.match(out, /my bot/);
    assert.match(out, /of \[hidden\]/);
    assert.ok(!out.includes(secret.slice(4)), out);
  }
});

test("pretty: for people", async () => {
  const out = await written("pretty", `log.warn({ backend: "irc" }, "gone");`);
  assert.match(out, /WARN/);
  assert.match(out, /gone/);
  assert.match(out, /backend/);
});

test("what is named like a secret does not get out, at some depth too", async () => {
  for (const format of ["json", "pretty"]) {
    const out = await written(
      format,
      `const error = Object.assign(new Error("shown-1"), { key: "hidden-4", request: { password: "hidden-5" } });
       log.info({ token: "hidden-1", headers: { authorization: "hidden-2" }, a: { b: { secret: "hidden-3", c: "shown-2" } } }, "x");
       log.info({ error, cause: error, list: [{ key: "hidden-6", d: "shown-3" }], when: new Date(0) }, "y");`,
    );
    assert.doesNotMatch(out, /hidden-\d/);
    assert.match(out, /\[hidden\]/);
    for (const shown of ["shown-1", "shown-2", "shown-3", "1970"])
      assert.ok(out.includes(shown), shown);
  }
});

const SECRETS: Record<string, readonly [fields: string, shown: string]> = {
  "an error by any name": ["{ reason: failed }", "shown-1"],
  "an error within fields": ["{ a: { err: failed } }", "shown-1"],
  "an error as pino itself names it": ["{ err: failed }", "shown-1"],
  "an error alone": ["failed", "shown-1"],
  "an error of errors": ["{ error: Object.assign(failed, { inner: failed2 }) }", "shown-2"],
  "a list": ["{ list: [{ key: 'hidden-2', a: 'shown-1' }] }", "shown-1"],
  "headers without a prototype": [
    "{ request: { headers: Object.assign(Object.create(null), { authorization: 'hidden-2', a: 'shown-1' }) } }",
    "shown-1",
  ],
  "a getter": ["{ a: { get key() { return 'hidden-2'; }, b: 'shown-1' } }", "shown-1"],
  "a frozen object": ["Object.freeze({ token: 'hidden-2', a: 'shown-1' })", "shown-1"],
  "a value that is an object": ["{ key: { a: 'hidden-2' }, b: 'shown-1' }", "shown-1"],
  "a secret beside a cycle": [
    "Object.assign(cycle, { token: 'hidden-2', a: 'shown-1' })",
    "shown-1",
  ],
  "bytes, a date and a URL": [
    "{ token: 'hidden-2', bytes: Buffer.alloc(3), when: new Date(0), url: new URL('http://shown-1/') }",
    "http://shown-1/",
  ],
};

test("secrets are hidden in each form of fields, and the rest is shown", async () => {
  for (const [name, [fields, shown]] of Object.entries(SECRETS)) {
    const out = await written(
      "json",
      `const failed2 = Object.assign(new Error("shown-2"), { token: "hidden-3" });
       const failed = Object.assign(new Error("shown-1"), { token: "hidden-1" });
       const cycle = {};
       cycle.self = cycle;
       log.info(${fields}, "x");`,
    );
    // What lies deeper than secrets are looked for is cut off by the cycle.
    const found = name.includes("cycle") ? out.replaceAll('"token":"hidden-2"', "") : out;
    assert.doesNotMatch(found, /hidden-\d/, name);
    assert.ok(out.includes("[hidden]") && out.includes(shown), `${name}: ${out}`);
    if (name.includes("error")) assert.match(out, /"type":"Error"/, name);
  }
});
