/** Core's description of itself names every setting, under the name that a file has for it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ACTIONS } from "../broker/actions.ts";
import { loadConfig } from "./config.ts";
import { describeCore } from "./describe.ts";
import { LIMIT_SETTINGS } from "./limit-settings.ts";
import { snakeCase } from "./setting.ts";

const BIN = fileURLToPath(new URL("../../bin/seabird-core.js", import.meta.url));

interface Property {
  readonly "x-env": readonly string[];
  readonly minimum?: number;
  readonly pattern?: string;
  readonly default?: string;
  readonly enum?: readonly string[];
  readonly properties?: object;
}

interface Described {
  readonly kind: string;
  readonly components: readonly [
    {
      readonly name: string;
      readonly settings: {
        readonly properties: Readonly<Record<string, Property>> & {
          readonly limits: { readonly properties: Readonly<Record<string, Property>> };
        };
      };
    },
  ];
}

const { kind, components } = describeCore() as unknown as Described;
const { properties } = components[0].settings;

test("every setting that a file may hold", () => {
  assert.equal(kind, "core");
  assert.deepEqual(Object.keys(properties), [
    "listen",
    "database_url",
    "log_level",
    "log_format",
    "tls_cert_file",
    "tls_key_file",
    "metrics_bind",
    "cors_origins",
    "host_names",
    "trusted_proxies",
    "public_url",
    "media_folder",
    "media_publish_private",
    "limits",
  ]);
  assert.deepEqual(Object.keys(properties.limits.properties), [
    ...LIMIT_SETTINGS.map(({ name }) => snakeCase(name)),
    "action_timeouts",
  ]);
});

test("what it says of a value, core reads: under that variable, down to the minimum", () => {
  const { log_format: format, listen } = properties;
  for (const choice of format?.enum ?? []) {
    assert.equal(loadConfig({ env: { [variable(format)]: choice }, cwd: "/" }).logFormat, choice);
  }
  const bind = { host: "127.0.0.1", port: 11235 };
  const env = { [variable(listen)]: listen?.default };
  assert.deepEqual(loadConfig({ env, cwd: "/" }).bind, bind);
  for (const port of [
    0, 9, 9_999, 11_235, 64_999, 65_499, 65_529, 65_535, 65_536, 65_600, 99_999,
  ]) {
    const isValid = new RegExp(listen?.pattern ?? "$^").test(`localhost:${port}`);
    assert.equal(isValid, port <= 65_535, `${port}`);
  }
  const { action_timeouts: timeouts, ...limits } = properties.limits.properties;
  for (const limit of Object.values(limits)) {
    const value = limit.minimum ?? Number.NaN;
    loadConfig({ env: { [variable(limit)]: String(value) }, cwd: "/" });
    assert.throws(() => loadConfig({ env: { [variable(limit)]: String(value - 1) }, cwd: "/" }));
  }
  const given = Object.keys(timeouts?.properties ?? {}).map((action) => [action, 5]);
  const timeoutsEnv = { [variable(timeouts)]: JSON.stringify(Object.fromEntries(given)) };
  const { brokerOptions } = loadConfig({ env: timeoutsEnv, cwd: "/" });
  assert.deepEqual(Object.keys(brokerOptions.actionTimeouts ?? {}), Object.keys(ACTIONS));
});

function variable(property: Property | undefined): string {
  const [name] = property?.["x-env"] ?? [];
  assert.ok(name !== undefined);
  return name;
}

test("the program prints it and ends", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, "--describe"], {
    timeout: 30_000,
  });
  assert.deepEqual(JSON.parse(stdout), describeCore());
});
