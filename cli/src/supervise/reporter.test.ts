/** What a person in the chat room is shown of the run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { Output } from "../terminal/output.ts";
import { Reporter } from "./reporter.ts";

function stage(terminal: boolean) {
  const shown: string[] = [];
  const logs = { folder: "logs", write: () => undefined };
  const notify = (line: string) => shown.push(stripVTControlCharacters(line)) > 0;
  return { shown, reporter: new Reporter(new Output(false), logs, { terminal, notify }) };
}

test("a lost network and its return are shown; a room shows them itself", () => {
  const lines = [
    "seabird: irc/one lost its network: reset\u241b[2J",
    "seabird: irc/one is back on its network",
    "seabird: irc/one lost its network",
  ];
  for (const [terminal, expected] of [
    [true, []],
    [false, lines],
  ] as const) {
    const { shown, reporter } = stage(terminal);
    const network = { type: "network", component: "irc/one" } as const;
    reporter.report({ ...network, state: "away", sinceMs: 0, why: "reset\u001b[2J" });
    reporter.report({ ...network, state: "connected" });
    reporter.report({ ...network, state: "away", sinceMs: 0, why: "" });
    assert.deepEqual(shown, expected);
  }
});

test("networks that were lost before the room opened are shown in it", () => {
  const { shown, reporter } = stage(true);
  const networks = { "irc/one": "reset\u202e", "irc/two": "" };
  reporter.report({ type: "lost-networks", networks });
  const [one, two] = shown;
  assert.match(one ?? "", /^seabird: irc\/one lost its network: reset[^\u202e]+$/);
  assert.equal(two, "seabird: irc/two lost its network");
});

test("what others say ends no line of a warning and moves no cursor", () => {
  const { shown, reporter } = stage(false);
  reporter.report({ type: "warning", text: "a\nb\u202e" });
  reporter.report({ type: "reload-failed", message: "seabird.yaml:\n  x\u202e" });
  assert.equal(shown.length, 3);
  assert.doesNotMatch(shown.join(""), /\u202e/);
});

test("a start that goes on without a backend says what its network lacks", () => {
  const { shown, reporter } = stage(false);
  const networks = { "irc/one": "connect ECONNREFUSED\u0007" };
  reporter.report({ type: "late", components: ["irc/one", "ping"], networks });
  assert.deepEqual(shown, [
    "seabird: not ready yet: irc/one (its network is away: connect ECONNREFUSED\u2407), ping",
  ]);
});
