import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type CommandMetadata,
  CommandMetadataSchema,
  CommandsResponseSchema,
} from "@seabird-chat/protocol";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { refusal } from "../test/fixtures.ts";
import { Commands } from "./commands.ts";

function commands(options: BrokerOptions = {}): Commands {
  return new Commands(resolveBrokerOptions(options));
}

function named(...names: string[]): Record<string, CommandMetadata> {
  return Object.fromEntries(
    names.map((name) => [name, create(CommandMetadataSchema, { name, shortHelp: `does ${name}` })]),
  );
}

const held = (list: Commands): string[] => Array.from(list.all(), ([name]) => name);

test("all are registered or none", () => {
  const list = commands();
  list.register(named("a", "b"));
  const taken = 'command "b" already registered by another plugin';
  assert.throws(() => list.register(named("c", "b", "d")), refusal("command_taken", taken));
  assert.deepEqual(held(list), ["a", "b"]);
});

test("names that are empty or mislead are refused, and none of the others registered", () => {
  const list = commands();
  const marks = "a command's name has control characters or marks of direction: \"";
  const cases: readonly [Record<string, CommandMetadata>, string][] = [
    [named("ok", ""), "a command's name is empty"],
    ...["a\nb", "\u0000", "a\u202eb", "\u200f", "a\u2028b", "a\u0085"].map(
      (name): [Record<string, CommandMetadata>, string] => [named("ok", name), marks],
    ),
    [{ ok: create(CommandMetadataSchema, { name: "a\u2066b" }) }, marks],
  ];
  for (const [names, message] of cases) {
    assert.throws(
      () => list.register(names),
      (error: Error) => refusal("bad_request")(error) && error.message.startsWith(message),
    );
  }
  assert.deepEqual(held(list), []);
  list.register(named("ähm", "пинг", "नमस्ते", "👩‍💻", "two words"));
  assert.equal(list.size, 5);
});

test("the undo frees exactly its own, and once", () => {
  const list = commands();
  const undo = list.register(named("a", "help"));
  undo();
  list.register(named("a"));
  undo();
  assert.deepEqual(held(list), ["a"]);
});

test("names that mean something to JavaScript are names like others", () => {
  const list = commands();
  list.register(named("__proto__", "constructor"));
  assert.deepEqual(held(list), ["__proto__", "constructor"]);
  assert.throws(() => list.register(named("__proto__")), refusal("command_taken"));
});

test("the number of commands and the lengths of their texts are bounded", () => {
  const list = commands({ maxCommandsPerStream: 2, maxCommandNameBytes: 3, maxShortHelpBytes: 9 });
  assert.throws(() => list.register(named("a", "b", "c")), refusal("bad_request"));
  assert.throws(
    () => list.register(named("éé")),
    refusal("bad_request", "a command's name has 4 bytes, limit 3"),
  );
  const long = create(CommandMetadataSchema, { shortHelp: "ten bytes!" });
  assert.throws(() => list.register({ a: long }), refusal("bad_request"));
  assert.equal(list.size, 0);
});

test("the list of all commands never grows beyond what may be sent", () => {
  const maxListBytes = 4_000;
  const list = commands({ maxListBytes });
  const undos: (() => void)[] = [];
  const registerAll = (): void => {
    for (let i = 0; ; i++) undos.push(list.register(named(`command-${i}`)));
  };
  assert.throws(registerAll, refusal("message_too_large"));
  const all = create(CommandsResponseSchema, { commands: Object.fromEntries(list.all()) });
  assert.ok(toBinary(CommandsResponseSchema, all).length <= maxListBytes);
  undos[0]?.();
  list.register(named("command-x"));
});
