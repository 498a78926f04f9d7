/** Where core is: addresses with and without scheme, tokens from options, environment and files. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SeabirdError } from "./errors.ts";
import { SDK_CONSTANTS, SDK_LIMITS, type SdkConstants } from "./limits.ts";
import { resolveConnectOptions, resolveUrl } from "./options.ts";

const isBadOption = (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === "bad_option";

test("an address without scheme is plaintext on this machine and TLS elsewhere", () => {
  const rows = [
    ["localhost", "http://localhost:11235"],
    ["127.0.0.1", "http://127.0.0.1:11235"],
    ["[::1]", "http://[::1]:11235"],
    ["[::1]:99", "http://[::1]:99"],
    ["localhost:99", "http://localhost:99"],
    ["localhost/core", "http://localhost:11235/core"],
    ["LOCALHOST", "http://localhost:11235"],
    ["core.example.org", "https://core.example.org"],
    ["core:11235", "https://core:11235"],
    ["127.0.0.1.example.org", "https://127.0.0.1.example.org"],
    ["localhost.example.org", "https://localhost.example.org"],
    [" http://core:11235/ ", "http://core:11235"],
    ["https://core.example.org/sub/", "https://core.example.org/sub"],
    ["HTTP://core", "http://core"],
  ] as const;
  for (const [given, resolved] of rows) assert.equal(resolveUrl(given), resolved, given);
});

test("an address that cannot work says so", () => {
  const rows = [
    "",
    "ftp://core",
    "http://",
    "http://a:b@core",
    "http://core?x=1",
    "http://core#x",
    "a b",
  ];
  for (const given of rows) assert.throws(() => resolveUrl(given), isBadOption, given);
});

test("options come before the environment, the environment before defaults", () => {
  const env = { SEABIRD_HOST: "https://env.example.org", SEABIRD_TOKEN: "env" };
  const fromEnv = resolveConnectOptions({ env });
  assert.equal(fromEnv.url, "https://env.example.org");
  assert.equal(fromEnv.token, "env");
  const given = resolveConnectOptions({ env, url: "http://localhost:1", token: "given" });
  assert.equal(given.url, "http://localhost:1");
  assert.equal(given.token, "given");
  const empty = resolveConnectOptions({ env: { SEABIRD_HOST: "" }, token: "x" });
  assert.equal(empty.url, "http://127.0.0.1:11235");
});

test("a token may be in a file, but not in two places", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seabird-sdk-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "token");
  for (const content of ["sbd_from_file\n", "\uFEFFsbd_from_file\r\n", " sbd_from_file"]) {
    writeFileSync(file, content);
    const { token } = resolveConnectOptions({ env: { SEABIRD_TOKEN_FILE: file } });
    assert.equal(token, "sbd_from_file");
  }
  const both = { SEABIRD_TOKEN_FILE: file, SEABIRD_TOKEN: "x" };
  assert.throws(() => resolveConnectOptions({ env: both }), isBadOption);
  assert.throws(
    () => resolveConnectOptions({ env: { SEABIRD_TOKEN_FILE: `${file}-not` } }),
    isBadOption,
  );
});

test("a missing or impossible token is refused without being shown", () => {
  assert.throws(() => resolveConnectOptions({ env: {} }), isBadOption);
  for (const token of ["", "  ", "se\ncret", "se cret", "sécret"]) {
    assert.throws(
      () => resolveConnectOptions({ env: {}, token }),
      (reason) => isBadOption(reason) && !String(reason).includes("cret"),
    );
  }
});

const CONSTANTS = Object.keys(SDK_CONSTANTS) as (keyof SdkConstants)[];

test("limits have defaults and take whole numbers only", () => {
  const { limits } = resolveConnectOptions({ token: "x", env: {}, retryMinMs: 5 });
  assert.equal(limits.retryMinMs, 5);
  for (const { name, value } of SDK_LIMITS)
    if (name !== "retryMinMs") assert.equal(limits[name], value);
  for (const name of CONSTANTS) assert.equal(limits[name], SDK_CONSTANTS[name]);
  for (const pingIntervalMs of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    assert.throws(
      () => resolveConnectOptions({ token: "x", env: {}, pingIntervalMs }),
      (reason) => isBadOption(reason) && String(reason).includes("pingIntervalMs"),
    );
  }
});

test("an authority that is none is refused, for with it nobody would be trusted", () => {
  const options = { url: "https://core", token: "t", ca: "nonsense" };
  assert.throws(() => resolveConnectOptions(options), /option ca is no certificate in PEM/);
});
