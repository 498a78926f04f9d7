/** Each rule of the configuration, broken: where it is told, and in which words. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what a person writes
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeProjectFixture } from "./test/project-fixture.ts";

/** Lines of `irc/libera` begin at line 4. */
const IRC = `backends:
  irc/libera:
    host: ircs://irc.example.org
`;
const irc = (...lines: string[]) => `${IRC}${lines.map((line) => `    ${line}\n`).join("")}`;

const AT = "backends.irc/libera";

const CASES: readonly (readonly [text: string, ...lines: string[]])[] = [
  [irc("nik: x"), `4:5 ${AT}.nik: unknown key, did you mean "nick"?`],
  [irc("commandPrefix: x"), `4:5 ${AT}.commandPrefix: unknown key, did you mean "command_prefix"?`],
  [
    irc("wholly_other: 1"),
    `4:5 ${AT}.wholly_other: unknown key; there are host, nick, password, command_prefix, send_budget_ms, rejoin, sasl, channels`,
  ],
  [
    irc("nick_file: x"),
    `4:5 ${AT}.nick_file: unknown key; nick is no secret, so no file is read for it`,
  ],
  [
    irc("channels: #lobby"),
    `4:5 ${AT}.channels: is empty, since YAML takes #lobby for a comment; write it in quotes: "#lobby"`,
  ],
  [irc("nick: 007"), `4:11 ${AT}.nick: must be text, not 7; put it in quotes`],
  [irc('nick: ""'), `4:11 ${AT}.nick: must not be empty`],
  [irc("rejoin: yes"), `4:13 ${AT}.rejoin: must be true or false, not "yes"`],
  [irc("send_budget_ms: 0"), `4:21 ${AT}.send_budget_ms: must be at least 1, not 0`],
  [irc("send_budget_ms: 1.5"), `4:21 ${AT}.send_budget_ms: must be a whole number, not 1.5`],
  [irc("send_budget_ms: 99999"), `4:21 ${AT}.send_budget_ms: must be at most 60000, not 99999`],
  [
    irc("sasl: { mechanism: plian }"),
    `4:5 ${AT}.sasl: account is missing`,
    `4:24 ${AT}.sasl.mechanism: must be one of "plain", "external", not "plian"; did you mean "plain"?`,
  ],
  [irc("sasl: x"), `4:11 ${AT}.sasl: must be keys with values, not "x"`],
  [irc("channels: x"), `4:15 ${AT}.channels: must be a list, not "x"`],
  [irc("channels: [3]"), `4:16 ${AT}.channels[0]: must be text or keys with values`],
  [
    irc("channels:", "  - #games"),
    `5:9 ${AT}.channels[0]: must be text or keys with values, not nothing (# begins a comment, except in quotes)`,
  ],
  [
    irc("channels: [#games]"),
    "4:16 not valid YAML: # begins a comment; a text that begins with it has to be in quotes",
    "5:1 not valid YAML: this does not stand below the lines it belongs to; look at the indentation",
  ],
  [irc("channels: [a]"), `4:16 ${AT}.channels[0]: "a" does not fit the pattern ^[#&]`],
  [
    irc("channels:", "  - { nam: x }"),
    `5:9 ${AT}.channels[0]: name is missing`,
    `5:11 ${AT}.channels[0].nam: unknown key, did you mean "name"?`,
  ],
  [irc("password: 1"), `4:15 ${AT}.password: must be text, not what it is; put it in quotes`],
  [irc("password: [hunter2]"), `4:15 ${AT}.password: must be text, not what it is`],
  [irc("host: b"), `4:5 ${AT}.host: the key is there twice`],
  [irc("<<: { nick: x }"), `4:5 ${AT}: merge keys (<<) are not supported`],
  [
    irc("nick: ${NICK}"),
    `4:11 ${AT}.nick: the variable NICK is not set, neither in the environment nor in .env`,
  ],
  [
    irc("nik: ${NICK}"),
    `4:5 ${AT}.nik: unknown key, did you mean "nick"?`,
    `4:10 ${AT}.nik: the variable NICK is not set, neither in the environment nor in .env`,
  ],
  [
    irc("nick: ${NICK} ${", 'send_budget_ms: "${BUDGET}"', "rejoin: ${}"),
    `4:11 ${AT}.nick: the variable NICK is not set, neither in the environment nor in .env`,
    `5:21 ${AT}.send_budget_ms: the variable BUDGET is not set, neither in the environment nor in .env`,
    `6:13 ${AT}.rejoin: \${ without a variable's name and }; write $\${ for these two characters`,
  ],
  [
    irc("channels: [{ name: '#a', key: '${KEY}' }]"),
    `4:35 ${AT}.channels[0].key: the variable KEY is not set, neither in the environment nor in .env`,
  ],
  [
    irc("log_level: loud"),
    `4:16 ${AT}.log_level: must be one of "debug", "info", "warn", "error", not "loud"`,
  ],
  [
    irc("password_file: nowhere"),
    `4:20 ${AT}.password_file: cannot read nowhere: there is no such file`,
  ],
  [irc("password_file: a_folder"), `4:20 ${AT}.password_file: a_folder is not a file`],
  [irc("password_file: empty"), `4:20 ${AT}.password_file: empty is empty`],
  [irc("password_file: [1]"), `4:20 ${AT}.password_file: must be the path of a file`],
  [
    irc("password_file: secret", "password: x"),
    `4:5 ${AT}.password_file: give password or password_file, not both`,
  ],
  ["backends: { irc: {} }", "1:13 backends.irc: a backend is named TYPE/ID, such as irc/libera"],
  ["backends: { irc/: {} }", "1:13 backends.irc/: a backend is named TYPE/ID, such as irc/libera"],
  ["backends: { '*/x': {} }", '1:13 backends["*/x"]: * would mean all backends; give it a name'],
  [
    "backends: { 'irc/*': {} }",
    '1:13 backends["irc/*"]: * would mean all backends; give it a name',
  ],
  [
    `backends: { irc/${"x".repeat(61)}: {} }`,
    `1:13 backends.irc/${"x".repeat(61)}: a name has 64 characters at most`,
  ],
  [
    "backends: { icr/a: {} }",
    '1:13 backends.icr/a: no backend of type "icr" comes with Seabird, did you mean "irc"?; `from: ./FILE` names one of your own',
  ],
  [
    "backends: { irc/a: { from: ./campfire.ts } }",
    "1:13 backends.irc/a: this backend's type is campfire: name it campfire/a",
  ],
  [
    "backends: { irc/a: { from: ./hello.ts } }",
    "1:13 backends.irc/a: this is a plugin, no backend",
  ],
  ["backends: { irc/a: { from: 3 } }", "1:28 backends.irc/a.from: must be the path of a file"],
  ["backends: { irc/a: { from: ./no.ts } }", "1:13 backends.irc/a: cannot be loaded"],
  ["backends: { irc/a: 3 }", "1:20 backends.irc/a: must be the backend's settings"],
  ["backends: { irc/a: {} }", "1:13 backends.irc/a: host is missing (irc://host)"],
  ["backends: [irc/a]", "1:11 backends: must be backends by TYPE/ID, such as irc/libera"],
  [
    "plugins: { pong: {} }",
    '1:12 plugins.pong: no such plugin, did you mean "ping"?; a file\'s path begins with ./',
  ],
  [
    "plugins: { hello.ts: {} }",
    '1:12 plugins["hello.ts"]: no such plugin, there are help, ping, introspection; a file\'s path begins with ./',
  ],
  ["plugins: { ping: { x: 1 } }", "1:20 plugins.ping.x: unknown key; there is nothing to set here"],
  [
    "plugins: { ./hello.ts: { greting: 1 } }",
    '1:26 plugins["./hello.ts"].greting: unknown key, did you mean "greeting"?',
  ],
  [
    "plugins: { ./two.ts: { on: {} } }",
    '1:24 plugins["./two.ts"].on: unknown key, did you mean "one"?',
  ],
  [
    "plugins: { ./hello.ts: {}, ../hello.ts: {} }",
    '1:1 plugins: two components are named hello: plugins["./hello.ts"] and plugins["../hello.ts"]',
  ],
  ["plugin: {}", '1:1 plugin: unknown key, did you mean "plugins"?'],
  ["core: x", "1:7 core: must be { listen: HOST:PORT } or { url: ADDRESS, token_file: FILE }"],
  [
    "core: { listen: here }",
    '1:17 core.listen: must be host:port, such as 127.0.0.1:11235, 0.0.0.0:11235 or [::1]:11235; it is "here"',
  ],
  ["core: { tls_cert_file: a }", "1:9 core.tls_cert_file: needs tls_key_file beside it"],
  [
    "core: { limits: { max_backend: 1 } }",
    '1:19 core.limits.max_backend: unknown key, did you mean "max_backends"?',
  ],
  [
    "core: { limits: { max_backends: 0 } }",
    "1:33 core.limits.max_backends: must be at least 1, not 0",
  ],
  ["log_level: 3", "1:12 log_level: must be text, not 3; put it in quotes"],
  ["just a text", "1:1 must be keys such as core, backends, plugins"],
  ["[1]", "1:1 must be keys such as core, backends, plugins"],
  [
    "a: [",
    "1:5 not valid YAML: this does not stand below the lines it belongs to; look at the indentation",
  ],
  ["core: {}\n---\ncore: {}", "2:1 not valid YAML: one document only: nothing may follow ---"],
  ["core:\n\tlisten: x", "2:1 not valid YAML: a tab cannot indent; use spaces"],
  [
    "core: !secret x",
    "1:7 not valid YAML: there are no tags here; put a text that begins with ! in quotes",
  ],
  ["core: { ? [a] : b }", "1:11 core: a key is a word or a text in quotes"],
  ["core: { __proto__: { listen: x } }", "1:9 core: __proto__ is no key"],
  [
    "core: *none",
    "1:7 core: not valid YAML: no such alias; put a text that begins with * in quotes",
  ],
];

test("every problem has its place, its path and plain words", async (t) => {
  const { problems, folder } = await makeProjectFixture(t);
  writeFileSync(join(folder, "empty"), "", { mode: 0o600 });
  writeFileSync(join(folder, "secret"), "x", { mode: 0o600 });
  mkdirSync(join(folder, "a_folder"));
  for (const [text, ...lines] of CASES) {
    const expected = lines.map((line) => `seabird.yaml:${line}`);
    assert.deepEqual(await problems(text), expected, text);
  }
});

test("each entry of a list speaks for itself", async (t) => {
  const { problems } = await makeProjectFixture(t);
  const told = await problems(irc("channels: ['#a', { name: 1 }, b, { name: x, kye: y }]"));
  assert.deepEqual(told, [
    `seabird.yaml:4:30 ${AT}.channels[1].name: must be text, not 1; put it in quotes`,
    `seabird.yaml:4:35 ${AT}.channels[2]: "b" does not fit the pattern ^[#&]`,
    `seabird.yaml:4:49 ${AT}.channels[3].kye: unknown key, did you mean "key"?`,
  ]);
});

test("all problems are told at once, in the order of the file", async (t) => {
  const { problems } = await makeProjectFixture(t);
  const told = await problems(`core: { lisen: x }
backends:
  irc/libera: { nik: x }
plugins:
  pong: {}
`);
  assert.deepEqual(told, [
    'seabird.yaml:1:9 core.lisen: unknown key, did you mean "listen"?',
    "seabird.yaml:3:3 backends.irc/libera: host is missing (irc://host)",
    'seabird.yaml:3:17 backends.irc/libera.nik: unknown key, did you mean "nick"?',
    'seabird.yaml:5:3 plugins.pong: no such plugin, did you mean "ping"?; a file\'s path begins with ./',
  ]);
});

test("a value of a flag or the environment is told with its name", async (t) => {
  const { problems } = await makeProjectFixture(t);
  const words = "must be host:port, such as 127.0.0.1:11235, 0.0.0.0:11235 or [::1]:11235";
  assert.deepEqual(await problems("core: {}", { flags: { bind: "x" } }), [
    `seabird.yaml:1:1 core.listen: ${words}; it is "x" (given as --bind)`,
  ]);
  assert.deepEqual(await problems("core: {}", { env: { BIND_HOST: "x" } }), [
    `seabird.yaml:1:1 core.listen: ${words}; it is "x" (the environment's BIND_HOST)`,
  ]);
  assert.deepEqual(await problems("core: { url: http://a, token: x }", { flags: { bind: "x" } }), [
    "seabird.yaml:1:1 core: --bind has no meaning for a core that runs elsewhere",
  ]);
});

test("what would never end, or fill the memory, is a problem too", async (t) => {
  const { problems } = await makeProjectFixture(t);
  const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++) {
    laughs.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
  }
  for (const [text, words] of [
    [laughs.join("\n"), /more than 20000 values/],
    ["core: &a { b: *a }", /nested deeper than 32/],
    [`core: ${"[".repeat(500_000)}`, /nested too deeply|not valid YAML/],
    [`core: ${"[".repeat(100)}${"]".repeat(100)}`, /nested deeper than 32/],
    [Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join("\n"), /more than 20000 values/],
    [Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join("\n"), /and 9900 more problems/],
  ] as const) {
    const told = await problems(text);
    assert.ok(told.length <= 101);
    assert.match(told.join("\n"), words);
  }
});

test("a wrong value that several sections take is told once", async (t) => {
  const { problems, folder } = await makeProjectFixture(t);
  const level = 'log_level: must be one of "debug", "info", "warn", "error"';
  const rows = [
    [{ env: { SEABIRD_LOG_LEVEL: "loud" } }, "the environment's SEABIRD_LOG_LEVEL"],
    [{ env: { LOG_LEVEL: "loud" } }, "the environment's LOG_LEVEL"],
    [{ flags: { logLevel: "loud" } }, "given as --log-level"],
  ] as const;
  for (const [options, from] of rows) {
    const lines = await problems("core: {}\nplugins: { ping: }", options);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.ok(lines[0]?.includes(level) && lines[0].includes(from), lines[0]);
  }
  const two = await problems("core: { listen: x }\nlog_level: loud", { env: { LOG_FORMAT: "x" } });
  assert.equal(two.length, 3, two.join("\n"));
  writeFileSync(join(folder, ".env"), "A='x' y\nLOG_LEVEL=loud\nB=x # y\n: z\n");
  assert.deepEqual(
    (await problems("")).map((line) => line.replace(/^\S*\.env:(\d+:\d+).*/, "$1")),
    ["1:1", "3:1", "4:1"],
  );
});

test("an .env that cannot be read is told", async (t) => {
  const { problems, folder } = await makeProjectFixture(t);
  mkdirSync(join(folder, ".env"));
  chmodSync(join(folder, ".env"), 0o700);
  await assert.rejects(problems(""), /\.env is not a file/);
});
