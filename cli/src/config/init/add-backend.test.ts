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

test("what stands between braces is written anew, with its comments", () => {
  for (const before of [
    "# top\nbackends: { irc/a: { host: irc://x } } # here\nplugins: {}\n",
    "# top\nbackends: {} # here\n",
    "# top\n{ core: {}, backends: { irc/a: { host: irc://x } } }\n# here\n",
  ]) {
    const after = addBackend(before, "irc/oftc", SETTINGS) ?? assert.fail(before);
    const old = parse(before);
    assert.deepEqual(parse(after), {
      ...old,
      backends: { ...old.backends, "irc/oftc": SETTINGS },
    });
    assert.match(after, /# top[\s\S]*# here/);
  }
});

test("a network that is there, and what is no map, are left alone", () => {
  for (const text of ["backends:\n  irc/oftc: {}\n", "- a\n", "a: [\n", "backends: [x]\n"]) {
    assert.equal(addBackend(text, "irc/oftc", SETTINGS), undefined, text);
  }
});
