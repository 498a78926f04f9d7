/** A schema's questions for `seabird init`: their order, and answers as settings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idOf, isId, nested, questionsOf, SettingReader } from "./questions.ts";

const word = { type: "string", pattern: "^\\S+$", "x-message": "has to be one word" };

const SCHEMA = {
  type: "object",
  properties: {
    nick: { ...word, "x-ask": { order: 2, question: "Nick?", default: "bird" } },
    host: {
      type: "string",
      pattern: "^net://[^/]+$",
      "x-message": "has to be an address",
      "x-ask": { order: 1, question: "Where?", placeholder: "net://x", scheme: "net", names: true },
    },
    login: {
      type: "object",
      properties: {
        password: {
          type: "string",
          writeOnly: true,
          "x-ask": { order: 4, question: "Password?", when: "login.account" },
        },
        account: { ...word, "x-ask": { order: 3, question: "Account?" } },
      },
      required: ["account", "password"],
    },
    rooms: { type: "array", items: { anyOf: [{ ...word, type: "string" }, { type: "object" }] } },
    pace: { type: "integer", minimum: 1 },
    loud: { type: "boolean" },
  },
  required: ["host"],
  additionalProperties: false,
};

const reader = new SettingReader(SCHEMA);

test("in order, with what each stands for", () => {
  const questions = questionsOf(SCHEMA);
  assert.deepEqual(
    questions.map(({ key }) => key),
    ["host", "nick", "login.account", "login.password"],
  );
  assert.deepEqual(questions[0], {
    key: "host",
    text: "Where?",
    placeholder: "net://x",
    otherwise: undefined,
    when: undefined,
    scheme: "net",
    names: true,
    secret: false,
    required: true,
  });
  assert.partialDeepStrictEqual(questions[1], { otherwise: "bird", required: false, names: false });
  assert.partialDeepStrictEqual(questions[3], { when: "login.account", secret: true });
  assert.deepEqual(questionsOf({ type: "object" }), []);
});

test("texts as values, and what is wrong with them", () => {
  assert.equal(reader.valueOf("host", " h ", "net"), "net://h");
  assert.equal(reader.valueOf("host", "net://h", "net"), "net://h");
  assert.deepEqual(reader.valueOf("rooms", "#a, #b,"), ["#a", "#b"]);
  assert.deepEqual([reader.valueOf("pace", "3"), reader.valueOf("pace", "x")], [3, "x"]);
  assert.deepEqual(
    [reader.valueOf("loud", "No"), reader.valueOf("loud", "maybe")],
    [false, "maybe"],
  );
  assert.equal(reader.problemOf("host", "net://h"), undefined);
  assert.equal(reader.problemOf("host", "http://h"), "has to be an address");
  assert.equal(reader.problemOf("login.account", "a b"), "has to be one word");
  assert.equal(reader.problemOf("rooms", ["a", "b c"]), "has to be one word");
  assert.match(reader.problemOf("pace", 0) ?? "", /1/);
  assert.equal(reader.problemOfAll(new Map([["host", "net://h"]])), undefined);
  assert.equal(reader.problemOfAll(new Map()), "host is missing");
  const half = new Map([
    ["host", "net://h"],
    ["login.account", "me"],
  ]);
  assert.equal(reader.problemOfAll(half), "login.password is missing");
  assert.deepEqual(nested(half), { host: "net://h", login: { account: "me" } });
});

test("a network's id is a word of its address, if there is one", () => {
  for (const [address, id] of [
    ["net://chat.libera.example", "libera"],
    ["net://irc.example.co.uk", "example"],
    ["net://localhost:7000", "localhost"],
    ["net://127.0.0.1", "home"],
    ["net://[::1]:7000", "home"],
    ["nothing", "home"],
    // Its type says nothing.
    ["net://net", "home"],
    ["net://net.example", "home"],
    ["net://-.example", "home"],
  ] as const) {
    assert.equal(idOf("net", address), id, address);
  }
  assert.ok(!isId("../x") && !isId("a/b") && isId("oftc"));
});
