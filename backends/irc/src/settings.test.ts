/** Settings as they stand in `seabird.yaml`: what is taken, what is refused, and in which words. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { IRC_OPTION_LIMITS } from "./limits.ts";
import { SettingRefused, toOptions } from "./settings/to-options.ts";
import { settings, snakeCase } from "./settings.ts";

const least = { host: "ircs://irc.example.org", nick: "bird" };

function options(more: object = {}) {
  return toOptions(settings.parse({ ...least, ...more }));
}

function problems(more: object): readonly string[] {
  const result = settings.safeParse({ ...least, ...more });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

suite("settings", () => {
  test("the least there can be, and the defaults", () => {
    const irc = options();
    const { host, port, tls, verifyCertificate, user, realName, channels, rejoin } = irc;
    assert.deepEqual(
      { host, port, tls, verifyCertificate, user, realName, channels, rejoin },
      {
        ...{ host: "irc.example.org", port: 6697, tls: true, verifyCertificate: true },
        ...{ user: "bird", realName: "bird", channels: [], rejoin: false },
      },
    );
    for (const { name, value } of IRC_OPTION_LIMITS) assert.equal(irc[name], value);
  });

  test("everything there can be", () => {
    const irc = options({
      user: "u",
      real_name: "A bird",
      password: "server",
      nickserv_password: "ns",
      sasl: { account: "mybot", password: "p", mechanism: "plain", required: false },
      tls: { verify: false },
      channels: ["#a", "#b key", { name: "#c", key: "k" }, { name: "#d" }, "#a other", "#A third"],
      accept_invites_from: ["account:alice", "*!*@example.org", "*"],
      rejoin: true,
      send_budget_ms: 5_000,
    });
    assert.deepEqual(irc.channels, [
      { name: "#a", key: undefined },
      { name: "#b", key: "key" },
      { name: "#c", key: "k" },
      { name: "#d", key: undefined },
    ]);
    assert.deepEqual(irc.sasl, {
      ...{ mechanism: "PLAIN", account: "mybot", password: "p", required: false },
    });
    const { realName, verifyCertificate, rejoin, sendBudgetMs } = irc;
    assert.deepEqual(
      { realName, verifyCertificate, rejoin, sendBudgetMs },
      { realName: "A bird", verifyCertificate: false, rejoin: true, sendBudgetMs: 5_000 },
    );
  });

  for (const [wrong, pattern] of [
    [{ host: undefined }, /^host: is missing; give the server's address/],
    [
      { host: "irc.example.org" },
      /^host: has no scheme; give ircs:\/\/irc\.example\.org \(TLS\) or irc:\/\/irc\.example\.org$/,
    ],
    [
      { host: "irc.example.org:6697" },
      /^host: has no scheme; give ircs:\/\/irc\.example\.org:6697/,
    ],
    [{ host: "x".repeat(100_000) }, /^host: has to be an address.{0,100}$/],
    [{ host: "http://irc.example.org" }, /^host: has to be an address; give irc:\/\//],
    [{ host: "ircs://h/#chan" }, /^host: has to be an address/],
    [{ host: "ircs://me:sesame@h" }, /^host: holds a user or password; use nick and password$/],
    [{ nick: "two words" }, /^nick: has to be one word/],
    [{ nik: "x" }, /^: Unrecognized key: "nik"$/],
    [{ password: "two\nlines" }, /^password: has to be one line$/],
    [{ channels: ["a"] }, /^channels\.0: has to be a channel's name/],
    [{ channels: ["#a,#b"] }, /^channels\.0: has to be a channel's name/],
    [{ channels: ["#a k e"] }, /^channels\.0: has to be a channel's name/],
    [{ channels: [{ name: "#a", key: "k e" }] }, /^channels\.0\.key: has to be one word/],
    [{ channels: [7] }, /^channels\.0: has to be a channel's name/],
    [{ command_prefix: "! " }, /^command_prefix: has to be signs without spaces/],
    [{ accept_invites_from: ["alice"] }, /^accept_invites_from\.0: has to be "account:alice"/],
    [{ sasl: { account: "a" } }, /^sasl\.password: PLAIN needs it$/],
    [{ sasl: { password: "p" } }, /^sasl\.account: PLAIN needs it$/],
    [{ tls: { cert: "c.pem" } }, /^tls\.key: cert and key go together$/],
    [{ send_budget_ms: 0 }, /^send_budget_ms: /],
    [{ reconnect_min_ms: 60_000 }, /^reconnect_min_ms: is 60000 and reconnect_max_ms is 30000/],
  ] as const) {
    test(`refused: ${JSON.stringify(wrong).slice(0, 80)}`, () => {
      const found = problems(wrong);
      assert.equal(found.length, 1, found.join(" | "));
      assert.match(found[0] ?? "", pattern);
      assert.doesNotMatch(found[0] ?? "", /sesame/);
    });
  }

  test("what a schema cannot see is refused by name", () => {
    const refused = (more: object, path: string) =>
      assert.throws(
        () => options(more),
        (error: unknown) => error instanceof SettingRefused && error.path === path,
      );
    refused({ tls: { cert: "/nowhere/c.pem", key: "/nowhere/k.pem" } }, "tls.cert");
    refused({ tls: { ca: "/nowhere/ca.pem" } }, "tls.ca");
    refused({ sasl: { mechanism: "EXTERNAL" } }, "sasl.mechanism");
    refused({ real_name: "x".repeat(600) }, "");
  });
});

suite("the schema", () => {
  const schema = settings["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const properties = schema["properties"] as Readonly<Record<string, Record<string, unknown>>>;

  test("tells of each setting what it is, and which variable sets it", () => {
    for (const [name, property] of Object.entries(properties)) {
      assert.equal(typeof property["description"], "string", name);
    }
    assert.deepEqual(properties["channels"]?.["x-env"], ["IRC_CHANNELS"]);
    assert.deepEqual(properties["password"]?.["x-env"], ["IRC_PASS"]);
    assert.ok(IRC_OPTION_LIMITS.every(({ name }) => snakeCase(name) in properties));
  });

  test("hides secrets, and lets channels change while it runs, and nothing else", () => {
    const marked = (key: string) =>
      Object.keys(properties).filter((name) => properties[name]?.[key] === true);
    assert.deepEqual(marked("writeOnly"), ["password", "nickserv_password"]);
    assert.deepEqual(marked("x-live"), ["channels"]);
    assert.match(JSON.stringify(properties["channels"]), /"key":\{[^}]*"writeOnly":true/);
    assert.match(JSON.stringify(properties["sasl"]), /"password":\{[^}]*"writeOnly":true/);
  });
});
