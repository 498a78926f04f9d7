/** The schema for editors: it takes what the cli takes, and marks what the cli refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { forEditor } from "./editor-schema.ts";
import { projectSchema } from "./project-schema.ts";
import { answer, PROGRAMS } from "./test/project-fixture.ts";
import { readTree } from "./yaml-tree.ts";

async function checkOf(text: string) {
  const { root } = readTree(text);
  const made = await projectSchema({ programs: PROGRAMS, describe: answer, root });
  const ajv = new Ajv2020({ strict: false, logger: false, formats: { uri: () => true } });
  assert.equal(ajv.validateSchema(made.schema), true, ajv.errorsText());
  return { ...made, check: ajv.compile(made.schema) };
}

const GOOD = `core: { listen: 127.0.0.1:11235, limits: { max_backends: "\${MAX}" } }
backends:
  irc/libera:
    host: ircs://irc.example.org
    nick: mybot
    send_budget_ms: \${BUDGET:-8000}
    sasl: { account: mybot, password_file: ./secrets/irc }
    channels: ["#mybot", { name: "#staff", key: "\${STAFF_KEY}" }]
    log_level: debug
  campfire/work: { from: ./campfire.ts, url: x }
  other/work: { from: ./nowhere.ts, url: x }
plugins:
  help: {}
  ping:
  ./hello.ts: { greeting: hi }
  ./two.ts: { one: { greeting: hi } }
`;

const BAD = [
  "kore: {}",
  "core: { lisen: x }",
  "core: { limits: { max_backends: few } }",
  "backends: { irc/libera: { host: irc://a, nik: x } }",
  "backends: { irc/libera: { host: x } }",
  "backends: { irc/libera: {} }",
  "backends: { foo/bar: {} }",
  "plugins: { pong: {} }",
  "plugins: { ./hello.ts: { greting: x } }",
  "log_level: loud",
];

test("it takes what is right", async () => {
  const { check, missing } = await checkOf(GOOD);
  assert.equal(check(parse(GOOD)), true, JSON.stringify(check.errors, undefined, 1));
  assert.deepEqual(missing, ["terminal cannot be loaded", "other/work cannot be loaded"]);
  for (const text of ["", "{}", "core: { url: https://a, token_file: ./t }"]) {
    assert.equal(check(parse(text)), true, text);
  }
});

test("it marks what is wrong", async () => {
  for (const text of BAD) {
    const { check } = await checkOf(text);
    assert.equal(check(parse(text)), false, text);
  }
});

test("a secret that has to be there may be in a file, whoever says that it has to", async () => {
  const secret = { type: "string", writeOnly: true };
  const settings = {
    type: "object",
    properties: { way: { type: "string" }, password: secret, key: secret },
    required: ["key"],
    if: { required: ["way"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword
    then: { required: ["password"] },
  };
  const schema = forEditor(settings);
  const check = new Ajv2020({ strict: false, logger: false }).compile(schema);
  assert.equal(check({ key_file: "a" }), true);
  assert.equal(check({ key: "a", way: "x", password_file: "b" }), true);
  assert.equal(check({ key: "a", way: "x" }), false);
  assert.equal(check({ way: "x", password: "b" }), false);
});

test("a component's own references still lead somewhere", async () => {
  const settings = {
    type: "object",
    properties: { tree: { $ref: "#/$defs/tree" } },
    $defs: { tree: { type: "object", properties: { left: { $ref: "#/$defs/tree" } } } },
  };
  const { schema } = await projectSchema({
    programs: PROGRAMS,
    describe: async (program) =>
      program.args.at(-1) === "./x.ts"
        ? { kind: "plugin", components: [{ name: "x", commands: {}, settings }] }
        : await answer(program),
    root: readTree("plugins: { ./x.ts: {} }").root,
  });
  const check = new Ajv2020({ strict: false, logger: false }).compile(schema);
  assert.equal(check({ plugins: { "./x.ts": { tree: { left: { left: {} } } } } }), true);
  assert.equal(check({ plugins: { "./x.ts": { tree: { left: { lft: {} } } } } }), false);
});
