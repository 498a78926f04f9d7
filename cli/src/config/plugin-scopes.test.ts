/** Who gets the scopes that plugins ask for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectOf } from "./load-project.ts";
import { ProjectProblems, problemLine } from "./project.ts";
import { PROGRAMS } from "./test/project-fixture.ts";

const about = (name: string, needs?: readonly string[], hasSettings = true) => ({
  name,
  ...(needs && { needs }),
  commands: {},
  settings: hasSettings ? { properties: {} } : null,
});

const OURS = [about("relay", ["persona", "mention-everyone"]), about("ping")] as const;
const FILES: Readonly<Record<string, ReturnType<typeof about>[]>> = {
  "./masks.ts": [about("masks", ["persona"])],
  "./two.ts": [about("one", ["persona"]), about("other", ["mention-everyone", "persona"])],
  "./plain.ts": [about("plain")],
  "./loose.ts": [about("loose", [], false)],
};

const ASKS = "the plugin asks for";
const NOT = "which it does not get; to allow it, write scopes:";

const ROWS: readonly {
  readonly what: string;
  readonly plugins: string;
  /** Default: one of the project's own. */
  readonly core?: string;
  readonly scopes?: readonly string[];
  /** Of the warnings, or of the problem. */
  readonly says?: RegExp;
}[] = [
  { what: "ours that asks for nothing", plugins: "ping: {}", scopes: ["plugin"] },
  {
    what: "ours that asks",
    plugins: "relay: {}",
    scopes: ["plugin", "persona", "mention-everyone"],
  },
  {
    what: "a file that asks",
    plugins: "./masks.ts: {}",
    scopes: ["plugin"],
    says: new RegExp(`seabird.yaml:2:3 .*${ASKS} persona, ${NOT} \\[persona\\]$`),
  },
  {
    what: "a file that asks, and is given it",
    plugins: "./masks.ts: { scopes: [persona] }",
    scopes: ["plugin", "persona"],
  },
  {
    what: "a file that asks, with a core that runs elsewhere",
    core: "{ url: https://core.example, token: x }",
    plugins: "./masks.ts: {}",
    scopes: ["plugin"],
    says: /asks for persona; core runs elsewhere, so the token in core.token_file needs it$/,
  },
  {
    what: "a file of two plugins, given a part",
    plugins: "./two.ts: { scopes: [persona] }",
    scopes: ["plugin", "persona"],
    says: new RegExp(`${ASKS} mention-everyone, ${NOT} \\[persona, mention-everyone\\]$`),
  },
  {
    what: "a file that does not ask, and is given something",
    plugins: "./plain.ts: { scopes: [persona, persona] }",
    scopes: ["plugin", "persona"],
  },
  {
    what: "a scope that plugins cannot be given",
    plugins: "./masks.ts: { scopes: [admin] }",
    says: /scopes\[0\]: must be one of "persona", "mention-everyone", not "admin"/,
  },
  {
    what: "a misspelled key",
    plugins: "./masks.ts: { scope: [persona] }",
    says: /\.scope: unknown key, did you mean "scopes"\?/,
  },
  {
    what: "a misspelled key, where any may be the plugin's own",
    plugins: "./loose.ts: { scope: [persona], log_levl: debug, other: 1 }",
    scopes: ["plugin"],
    says: /^\S+ \S+scope: is handed to .*did you mean "scopes"\?\n\S+ \S+log_levl: .*"log_level"\?$/,
  },
  { what: "no list", plugins: "./masks.ts: { scopes: persona }", says: /scopes: must be a list/ },
];

for (const { what, plugins, core, scopes, says } of ROWS) {
  test(`scopes of a plugin: ${what}`, async () => {
    const text = `plugins:\n  ${plugins}\n${core === undefined ? "" : `core: ${core}\n`}`;
    const reading = projectOf(text, {
      ...{ folder: "/project", file: "/project/seabird.yaml", env: {}, programs: PROGRAMS },
      describe: async ({ script, args }) => {
        if (script === "core") return { kind: "core", components: [about("core")] };
        const [first, ...others] = FILES[args[0] ?? ""] ?? OURS;
        assert.ok(first !== undefined);
        return { kind: "plugin", components: [first, ...others] };
      },
    });
    if (scopes === undefined) {
      await assert.rejects(reading, (error) => {
        assert.ok(error instanceof ProjectProblems);
        assert.match(error.problems.map(problemLine).join("\n"), says ?? /^$/);
        return true;
      });
      return;
    }
    const { components, warnings } = await reading;
    assert.deepEqual(components[0]?.scopes, scopes);
    assert.match(warnings.map(problemLine).join("\n"), says ?? /^$/);
  });
}
