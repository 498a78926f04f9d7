/** A second network in a `seabird.yaml`: what a person wrote stays as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { addBackend } from "./add-backend.ts";

const SETTINGS = { host: "ircs://irc.oftc.net", nick: "bird", channels: ["#a b"] };
const ENTRY = `  irc/oftc:
    host: ircs://irc.oftc.net
    nick: bird
    channels:
      - "#a b"
`;

test("lines are put behind the last network, and no other changes", () => {
  const rows: readonly (readonly [before: string, after: string])[] = [
    ["", ""],
    ["# mine\ncore: { listen: 127.0.0.1:0 } # here\n", ""],
    ["plugins:\n  help: {}", "\n"],
    ["backends: # networks\n", ""],
    ["backends:\n  irc/a:\n    host:   'irc://x'   # odd blanks\n", ""],
    ["backends:\n  irc/a: { host: irc://x }\n    # nick: later\n", ""],
    ["backends:\n  irc/a: { host: irc://x,\n    nick: y }\n", ""],
    ['backends:\n  irc/a:\n    channels:\n      - "#x"  # one\n      - { name: "#y" }\n', ""],
    ["backends:\n  irc/a:\n    text: |\n      a\n      b\n", ""],
  ];
  for (const [before, gap] of rows) {
    const head = before.includes("backends:") ? "" : "backends:\n";
    assert.equal(
      addBackend(before, "irc/oftc", SETTINGS),
      `${before}${gap}${head}${ENTRY}`,
      before,
    );
    const rest = "\n# ours\nplugins: {}\n";
    if (!before.includes("backends:")) continue;
    assert.equal(addBackend(before + rest, "irc/oftc", SETTINGS), before + ENTRY + rest, before);
  }
});

test("other indents and line ends are kept", () => {
  const before = "backends:\r\n    irc/a:\r\n        host: irc://x\r\nplugins: {}\r\n";
  const after = addBackend(before, "irc/b", { host: "irc://y" });
  const entry = "    irc/b:\r\n      host: irc://y\r\n";
  assert.equal(after, before.replace("plugins", `${entry}plugins`));
});

const ADDED =
  '"irc/oftc": { "host": "ircs://irc.oftc.net", "nick": "bird", "channels": [ "#a b" ] }';

test("what stands between braces or for nothing is added to, and all else stays", () => {
  const rows: readonly (readonly [before: string, after: string])[] = [
    ["backends: {} # here\nplugins: {}\n", `backends: # here\n${ENTRY}plugins: {}\n`],
    ["backends: ~\nplugins: {}\n", `backends:\n${ENTRY}plugins: {}\n`],
    ["backends: null # here\n", `backends: # here\n${ENTRY}`],
    [
      "backends: { irc/a: {x: 1} } # here\na: 010\n",
      `backends: { irc/a: {x: 1}, ${ADDED} } # here\na: 010\n`,
    ],
    ["backends: {\n  irc/a: {},\n}\n", `backends: {\n  irc/a: {}, ${ADDED} }\n`],
    ["{core: {}, backends: {irc/a: {}}}\n", `{core: {}, backends: {irc/a: {}, ${ADDED} }}\n`],
    ["{core: {}, backends: {}}\n", `{core: {}, backends: { ${ADDED} }}\n`],
  ];
  for (const [before, after] of rows) {
    assert.equal(addBackend(before, "irc/oftc", SETTINGS), after, before);
    const crlf = addBackend(before.replaceAll("\n", "\r\n"), "irc/oftc", SETTINGS);
    assert.equal(crlf, after.replaceAll("\n", "\r\n"), before);
  }
});

test("a file indented as a whole stays so", () => {
  const before = "  core: {}\n";
  const after = `${before}  backends:\n    irc/b:\n      host: irc://y\n`;
  assert.equal(addBackend(before, "irc/b", { host: "irc://y" }), after);
});

test("where a comment is in the way, the file is written anew, with its comments", () => {
  for (const before of [
    "# top\n{ core: {}, plugins: {} }\n# here\n",
    "# top\nbackends: {\n  irc/a: {} # here\n  }\n",
    "# top\r\nbackends: {\r\n  irc/a: {} # here\r\n  }\r\n",
  ]) {
    const after = addBackend(before, "irc/oftc", SETTINGS) ?? assert.fail(before);
    const old = parse(before);
    assert.deepEqual(parse(after), {
      ...old,
      backends: { ...old.backends, "irc/oftc": SETTINGS },
    });
    assert.match(after, /# top[\s\S]*# here/);
    assert.doesNotMatch(after, before.includes("\r") ? /[^\r]\n/ : /\r/);
  }
});

test("a network that is there, what is no map, and what would change something else, are left alone", () => {
  for (const text of [
    "backends:\n  irc/oftc: {}\n",
    'backends: { "irc/oftc": {} }\n',
    "- a\n",
    "a: [\n",
    "backends: [x]\n",
    "backends:\n  irc/a: *nothing\n",
    "backends: &all\n  irc/a: {}\nothers: *all\n",
    "core: {}\n---\nbackends: {}\n",
    "backends:\n\tirc/a: {}\n",
  ]) {
    assert.equal(addBackend(text, "irc/oftc", SETTINGS), undefined, text);
  }
});
