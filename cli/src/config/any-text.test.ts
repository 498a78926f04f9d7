/** Whatever the text is, it is a project or a list of problems in it, and never another failure. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what a person writes
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { ProjectProblems } from "./project.ts";
import { makeProjectFixture, type ProjectFixture } from "./test/project-fixture.ts";

const RUNS = 400;

async function judge(stage: ProjectFixture, text: string): Promise<void> {
  const lines = text.split("\n").length;
  try {
    const project = await stage.project(text, { env: { SET: "x" } });
    assert.ok(project.components.every(({ name }) => name !== ""));
    assert.equal(
      new Set(project.components.map(({ name }) => name)).size,
      project.components.length,
    );
  } catch (error) {
    if (!(error instanceof ProjectProblems)) throw error;
    assert.ok(error.problems.length > 0);
    for (const { line, col, path, message } of error.problems) {
      // Of a text that is no YAML, nothing is shown: nobody knows what a secret is in it.
      assert.ok(path !== "" || !message.includes("hunter2"));
      assert.ok(line >= 1 && line <= lines + 1 && col >= 1 && message !== "");
    }
  }
}

/** Words that mean something somewhere, and some that do not. */
const word = fc.constantFrom(
  ...["core", "backends", "plugins", "log_level", "irc/libera", "irc/", "terminal/x", "help"],
  ...["./hello.ts", "./two.ts", "host", "nick", "channels", "sasl", "account", "mechanism"],
  ...["listen", "limits", "url", "token_file", "from", "one", "greeting", "name", "key", "nope"],
  ...["irc://a.b", "127.0.0.1:1", "./campfire.ts", "#a", "${SET}", "${UNSET}", "${UNSET:-y}"],
  ...["$${", "${", "debug", "<<", "*", "", "toString", "constructor", "hasOwnProperty"],
);

const value = fc.letrec((tie) => ({
  leaf: fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.double(), fc.string()),
  map: fc.dictionary(fc.oneof({ weight: 9, arbitrary: word }, fc.string()), tie("any"), {
    maxKeys: 4,
  }),
  any: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    tie("leaf"),
    tie("map"),
    fc.array(tie("any"), { maxLength: 3 }),
  ),
}));

test("structures of the words that mean something", async (t) => {
  const stage = await makeProjectFixture(t);
  const property = fc.asyncProperty(value.map, (each) => judge(stage, stringify(each)));
  await fc.assert(property, { numRuns: RUNS });
});

test("any characters, and those of YAML above all", async (t) => {
  const stage = await makeProjectFixture(t);
  const signs = fc.constantFrom(..."{}[]:,-#&*!|>'\"%@`?\n\t $ab1".split(""), ": ", "\n  ", "- ");
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(signs, word), { maxLength: 60 }).map((words) => words.join("")),
  );
  await fc.assert(
    fc.asyncProperty(text, (each) => judge(stage, each)),
    { numRuns: RUNS },
  );
});

test("a good file with a piece taken out or put in", async (t) => {
  const stage = await makeProjectFixture(t);
  const good = `core: { listen: "127.0.0.1:0" }
backends:
  irc/libera: &irc
    host: ircs://irc.example.org
    sasl: { account: mybot, password: hunter2 }
    channels: ["#mybot", { name: "#staff", key: "hunter2" }]
plugins: { help: {}, ./hello.ts: { greeting: hi } }
`;
  const edit = fc.record({
    at: fc.nat(good.length),
    cut: fc.nat(12),
    insert: fc.oneof(word, fc.string(), fc.constantFrom("*irc", "&irc", "\n", "hunter2", "!!int ")),
  });
  const property = fc.asyncProperty(edit, ({ at, cut, insert }) =>
    judge(stage, good.slice(0, at) + insert + good.slice(at + cut)),
  );
  await fc.assert(property, { numRuns: RUNS });
});
