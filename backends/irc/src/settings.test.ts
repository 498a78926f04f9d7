/** Settings as they stand in `seabird.yaml`: what is taken, what is refused, and in which words. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { settingRows } from "@seabird-chat/sdk/program";
import { DEFAULT_LIMITS } from "./limits.ts";
import { settings } from "./settings.ts";
import { SettingRefused, toOptions } from "./to-options.ts";

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
    assert.deepEqual({ ...irc, ...DEFAULT_LIMITS }, irc);
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
      burst_lines: 3,
      line_interval_ms: 250,
      answer_within_ms: 20_000,
      ping_timeout_ms: 60_000,
      reconnect_ms: 500,
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
    assert.partialDeepStrictEqual(irc, {
      ...{ realName: "A bird", verifyCertificate: false, rejoin: true },
      ...{ burstLines: 3, lineIntervalMs: 250, answerWithinMs: 20_000, pingTimeoutMs: 60_000 },
      // What depends on them: most of the time to an answer, half of a silence, 30 first pauses.
      ...{ sendBudgetMs: 16_000, pingIntervalMs: 30_000, reconnectMinMs: 500 },
      reconnectMaxMs: 15_000,
    });
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
    [{ host: "me:sesame@h:6697" }, /^host: holds a user or password; use nick and password$/],
    [{ host: "ircs://me:ses/ame@h" }, /^host: holds a user or password; use nick and password$/],
    [{ host: "ircs://h:99999" }, /^host: has to be an address/],
    [{ nick: "two words" }, /^nick: has to be one word/],
    ...[
      "1bot",
      "-bot",
      "#bot",
      "a.b",
      "a b",
      "a\u00a0b",
      "a!b",
      "a@b",
      "a*",
      "a?",
      "a,b",
      "$a",
      "+a",
      "~a",
      "a/b",
      "",
    ].map((nick) => [{ nick }, /^nick: has to be one word of letters, digits and/] as const),
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
    [{ burst_lines: 0 }, /^burst_lines: /],
    [{ reconnect_ms: 3_600_001 }, /^reconnect_ms: /],
    [{ send_budget_ms: 5_000 }, /^: Unrecognized key: "send_budget_ms"$/],
  ] as const) {
    test(`refused: ${JSON.stringify(wrong).slice(0, 80)}`, () => {
      const found = problems(wrong);
      assert.equal(found.length, 1, found.join(" | "));
      assert.match(found[0] ?? "", pattern);
      assert.doesNotMatch(found[0] ?? "", /sesame/);
    });
  }

  for (const [given, user, realName] of [
    [{ nick: "[bot]" }, "bot", "[bot]"],
    [{ nick: "`jürg" }, "jurg", "`jürg"],
    [{ nick: "^_^" }, "seabird", "^_^"],
    [{ nick: "bird_2" }, "bird_2", "bird_2"],
    [{ nick: "[bot]", user: "u[1]" }, "u[1]", "u[1]"],
  ] as const) {
    test(`the user name of ${JSON.stringify(given)} is ${user}`, () => {
      const irc = options(given);
      assert.deepEqual([irc.nick, irc.user, irc.realName], [given.nick, user, realName]);
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

suite("addresses", () => {
  for (const [host, port, tls, verifyCertificate] of [
    ["irc://h", 6667, false, true],
    ["ircs://h", 6697, true, true],
    ["ircs+unsafe://h", 6697, true, false],
    ["irc://h:7000/", 7000, false, true],
  ] as const) {
    test(host, () => {
      const irc = options({ host });
      assert.deepEqual(
        { host: irc.host, port: irc.port, tls: irc.tls, verifyCertificate: irc.verifyCertificate },
        { host: "h", port, tls, verifyCertificate },
      );
    });
  }

  test("an IPv6 address", () => {
    assert.equal(options({ host: "irc://[::1]:6667" }).host, "::1");
  });
});

suite("the schema", () => {
  const schema = settings["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  const properties = schema["properties"] as Readonly<Record<string, Record<string, unknown>>>;

  const nested = (name: string) =>
    properties[name]?.["properties"] as Readonly<Record<string, Record<string, unknown>>>;

  test("tells of each setting what it is, and which variable sets it", () => {
    for (const [name, property] of Object.entries(properties)) {
      assert.equal(typeof property["description"], "string", name);
    }
    assert.deepEqual(properties["channels"]?.["x-env"], ["IRC_CHANNELS"]);
    assert.deepEqual(properties["password"]?.["x-env"], ["IRC_PASS"]);
    const rows = settingRows(schema);
    assert.ok(rows.every(({ env, flag }) => env.length > 0 && flag !== undefined));
    const sources = rows.flatMap(({ env, flag }) => [...env, `--${flag}`]);
    assert.equal(new Set(sources).size, sources.length);
    for (const name of [
      "IRC_SASL_ACCOUNT",
      "--sasl-password-file",
      "--channels",
      "IRC_TLS_KEY_FILE",
    ]) {
      assert.ok(sources.includes(name), name);
    }
  });

  test("says what `init` asks, in which order", () => {
    const asks = [...Object.values(properties), ...Object.values(nested("sasl"))]
      .map((property) => property["x-ask"] as { order: number; question: string } | undefined)
      .filter((ask) => ask !== undefined);
    assert.deepEqual(
      asks.toSorted((one, other) => one.order - other.order).map(({ question }) => question),
      [
        "Which server?",
        "The bot's nick?",
        "Which channels shall it join?",
        "Has it an account there (SASL)? Its name",
        "The account's password?",
      ],
    );
  });

  test("hides secrets, and lets channels change while it runs, and nothing else", () => {
    const marked = (key: string) =>
      Object.keys(properties).filter((name) => properties[name]?.[key] === true);
    assert.deepEqual(marked("writeOnly"), ["nickserv_password", "password"]);
    assert.deepEqual(marked("x-live"), ["channels"]);
    assert.match(JSON.stringify(properties["channels"]), /"key":\{[^}]*"writeOnly":true/);
    assert.equal(nested("sasl")["password"]?.["writeOnly"], true);
  });
});
