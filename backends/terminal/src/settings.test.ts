/** The terminal's settings: defaults, variables, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settingRows } from "@seabird-chat/sdk/program";
import { login, settings } from "./settings.ts";

test("each has a default and a variable of its own", () => {
  const { user, ...defaults } = settings.parse({});
  assert.deepEqual(defaults, { nick: "seabird", channel: "#terminal", command_prefix: "!" });
  assert.equal(user, login(process.env) ?? "you");
  const rows = settingRows(settings["~standard"].jsonSchema.input({ target: "draft-2020-12" }));
  assert.deepEqual(
    rows.map(({ env, flag, default: value }) => [...env, flag, value]),
    [
      ["TERMINAL_USER", "user", undefined],
      ["TERMINAL_NICK", "nick", "seabird"],
      ["TERMINAL_CHANNEL", "channel", "#terminal"],
      ["TERMINAL_COMMAND_PREFIX", "command-prefix", "!"],
    ],
  );
  assert.ok(rows.every(({ help }) => help !== ""));
});

test("an odd login is no reason to fail", () => {
  assert.equal(login({ USER: "two words" }), undefined);
  assert.equal(login({ USER: "", LOGNAME: "ann" }), "ann");
});

test("what is no name is refused", () => {
  for (const wrong of [{ nick: "two words" }, { channel: "\x1b" }, { user: "" }, { what: "x" }]) {
    assert.equal(settings.safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});
