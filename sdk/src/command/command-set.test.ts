/** What is done about what was typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { arg } from "./arg.ts";
import { CommandSet, type Invocation, type PrepareContext } from "./command-set.ts";
import type { Args, CommandSpec, Flags, Where } from "./command-spec.ts";
import { duration } from "./duration.ts";
import { flag } from "./flag.ts";

/** A clock whose hand the test moves. */
function handClock() {
  let now = 1_000;
  return {
    clock: { now: () => now, wallMs: () => now, after: () => () => undefined },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const ANN = { id: "irc://libera/ann", displayName: "Ann" };
const BOB = { id: "irc://libera/bob", displayName: "Bob" };
const GAMES = "irc://libera/%23games";

function typed(line: string, other: Partial<Invocation> = {}): Invocation {
  const [name = "", ...words] = line.split(" ");
  const from = { user: ANN, channelId: GAMES, backendType: "irc", tags: {}, prefix: "!" };
  return { name, arg: words.join(" "), ...from, ...other };
}

function setup(extra: Partial<PrepareContext> = {}) {
  const { clock, pass } = handClock();
  const set = new CommandSet<string>();
  const prepare = (line: string, other?: Partial<Invocation>) =>
    set.prepare(typed(line, other), { clock, ...extra });
  /** The line that is said, or the values that are run with. */
  const answer = async (line: string, other?: Partial<Invocation>) => {
    const prepared = await prepare(line, other);
    if (prepared.do === "run") return prepared.values;
    return prepared.do === "reply" ? prepared.line : undefined;
  };
  return { set, prepare, answer, pass };
}

const ROLL = {
  help: "rolls dice",
  aliases: ["r"],
  examples: ["2d6", "4d6 3 --secret for initiative"],
  args: {
    dice: arg.schema(z.string().regex(/^\d+d\d+$/), "such as 2d6"),
    times: arg.integer({ min: 1, max: 10 }).default(1),
    label: arg.rest().optional(),
  },
  flags: { secret: flag.boolean({ short: "s" }) },
} as const;

const USAGE = "Usage: !roll DICE [TIMES] [LABEL…] [--secret]";

test("words, defaults, rest and flags become values", async () => {
  const { set, prepare, answer } = setup();
  set.add("roll", ROLL, "the handler");
  assert.deepEqual(await prepare("roll 2d6"), {
    do: "run",
    handler: "the handler",
    name: "roll",
    values: { dice: "2d6", times: 1, label: undefined, secret: false },
  });
  const rows: [string, object][] = [
    ["r 4d6 3 --secret for initiative", { times: 3, label: "for initiative", secret: true }],
    ['roll -s 4d6 3 for  "my" luck', { times: 3, label: 'for  "my" luck', secret: true }],
    ["roll 4d6 3 for luck --secret", { times: 3, label: "for luck", secret: true }],
    ["roll 4d6 3 for luck -s", { times: 3, label: "for luck", secret: true }],
    ["roll 4d6 3 for --secret luck", { times: 3, label: "for --secret luck", secret: false }],
    ["roll 4d6 3 -- --secret", { times: 3, label: "--secret", secret: false }],
    ["roll 4d6 3 well -- --secret", { times: 3, label: "well -- --secret", secret: false }],
    ['roll 4d6 3 luck "--secret"', { times: 3, label: 'luck "--secret"', secret: false }],
    ["roll 4d6 --secret=no", { times: 1, label: undefined, secret: false }],
    ["roll 4d6 --no-secret", { times: 1, label: undefined, secret: false }],
    ["roll 4d6 --SECRET", { times: 1, label: undefined, secret: true }],
    ['roll "4d6" 2', { times: 2, label: undefined, secret: false }],
  ];
  for (const [line, values] of rows)
    assert.deepEqual(await answer(line), { dice: "4d6", ...values }, line);
});

test("a wrong argument is told in one line, with the usage", async () => {
  const { set, answer } = setup();
  set.add("roll", ROLL, "");
  const rows: [string, string][] = [
    ["roll 2d6 x", `times: "x" is not a whole number (1 to 10). ${USAGE}`],
    ["roll 2d6 11", `times: "11" is too large (1 to 10). ${USAGE}`],
    ["roll 2d6 0", `times: "0" is too small (1 to 10). ${USAGE}`],
    ["roll 2d6 -5", `times: "-5" is too small (1 to 10). ${USAGE}`],
    ["roll", `dice: missing (such as 2d6). ${USAGE}`],
    ["roll two", `dice: "two" does not fit (such as 2d6). ${USAGE}`],
    ["roll 2d6 --secrt", `there is no flag "--secrt"; did you mean --secret? ${USAGE}`],
    ["roll 2d6 2 luck --secrt", `there is no flag "--secrt"; did you mean --secret? ${USAGE}`],
    ["roll 2d6 -x", `there is no flag "-x". ${USAGE}`],
    ["roll 2d6 --secret=maybe", `--secret: "maybe" is not yes or no. ${USAGE}`],
    ['roll "2d6', `dice: a quote is opened and not closed. ${USAGE}`],
  ];
  for (const [line, said] of rows) assert.equal(await answer(line), said, line);
});

test("flags with values", async () => {
  const { set, answer } = setup();
  const flags = {
    count: flag.integer({ short: "c", min: 1 }),
    colour: flag.choice(["red", "green"]),
    note: flag.text({ short: "n" }),
    loud: flag.boolean({ short: "l" }),
    polite: flag.boolean().default(true),
    wait: flag.duration({ max: "1h" }),
  };
  set.add("paint", { help: "x", args: { what: arg.rest().optional() }, flags }, "");
  const none = {
    what: undefined,
    count: undefined,
    colour: undefined,
    note: undefined,
    loud: false,
  };
  const rest = { polite: true, wait: undefined };
  const rows: [string, object][] = [
    ["paint", {}],
    ["paint --count=3", { count: 3 }],
    ["paint --count 3 a wall", { count: 3, what: "a wall" }],
    ["paint a wall --count 3 --loud", { count: 3, what: "a wall", loud: true }],
    ["paint -lc 3", { loud: true, count: 3 }],
    ["paint -lc=3", { loud: true, count: 3 }],
    ['paint --note="a b" --colour RED', { note: "a b", colour: "red" }],
    ["paint --no-polite -n=x --wait=5m", { polite: false, note: "x", wait: 300_000 }],
    ["paint -_- ok", { what: "-_- ok" }],
  ];
  for (const [line, values] of rows) {
    assert.deepEqual(await answer(line), { ...none, ...rest, ...values }, line);
  }
  const wrong: [string, RegExp][] = [
    ["paint --count", /^--count: needs a value \(a whole number \(at least 1\)\)\. Usage/],
    ["paint --count --loud", /^--count: needs a value/],
    ["paint --count=1 --count=2", /^--count: is there twice/],
    ["paint -cl", /^"-cl": only the last may take a value/],
    [
      "paint --colour=gren",
      /^--colour: "gren" is not one of red, green; did you mean green\? Usage/,
    ],
    ["paint --wait=2h", /^--wait: "2h" is too large \(at most 1 h\)/],
  ];
  for (const [line, said] of wrong) assert.match(String(await answer(line)), said, line);
});

test("without declared flags, words that begin with - are words", async () => {
  const { set, answer } = setup();
  set.add("say", { help: "x", args: { what: arg.rest() } }, "");
  assert.deepEqual(await answer("say -- --x -y"), { what: "-- --x -y" });
});

test("without declared arguments, whatever is typed is fine; with none, nothing is", async () => {
  const { set, answer } = setup();
  set.add("hello", "greets", "");
  set.add("stop", { help: "stops", args: {} }, "");
  assert.deepEqual(await answer('hello "there --x'), {});
  assert.deepEqual(await answer("stop"), {});
  assert.equal(await answer("stop now"), '"now" is one word too many. Usage: !stop');
});

test("repeated words", async () => {
  const { set, answer } = setup();
  set.add("sum", { help: "x", args: { n: arg.integer().repeated({ max: 3 }) } }, "");
  set.add("tags", { help: "x", args: { tag: arg.word().repeated().optional() } }, "");
  assert.deepEqual(await answer("sum 1 2 +3"), { n: [1, 2, 3] });
  assert.equal(await answer("sum"), "n: missing (a whole number). Usage: !sum N…");
  assert.equal(await answer("sum 1 b"), 'n: "b" is not a whole number. Usage: !sum N…');
  assert.equal(await answer("sum 1 2 3 4"), "n: more than 3 of them. Usage: !sum N…");
  assert.deepEqual(await answer("tags"), { tag: [] });
  assert.deepEqual(await answer('tags a "b c"'), { tag: ["a", "b c"] });
});

test("people and channels of this network", async () => {
  const known = { findUser: async (name: string) => (name === "bob" ? BOB : undefined) };
  const { set, answer } = setup(known);
  set.add("who", { help: "x", args: { who: arg.user() } }, "");
  set.add("where", { help: "x", args: { where: arg.channel() } }, "");
  assert.deepEqual(await answer("who @bob:"), { who: BOB });
  assert.deepEqual(await answer("who ann"), { who: ANN });
  assert.deepEqual(await answer("who carl"), { who: { id: undefined, displayName: "carl" } });
  assert.deepEqual(await answer("who irc://libera/x%2Dy"), {
    who: { id: "irc://libera/x%2Dy", displayName: "x-y" },
  });
  assert.equal(
    await answer("who irc://other/x"),
    'who: "irc://other/x" is on another network. Usage: !who WHO',
  );
  assert.equal(await answer("who @"), 'who: "@" is not a person\'s name. Usage: !who WHO');
  for (const odd of ["\u202Ecarl", "irc://libera/a%0Ab"]) {
    assert.match(String(await answer(`who ${odd}`)), /is not a person's name/);
  }
  assert.deepEqual(await answer("where #games"), { where: GAMES });
  assert.deepEqual(await answer("where irc://libera/#games"), { where: GAMES });
  assert.deepEqual(await answer("where #games", { channelId: undefined }), { where: GAMES });
  assert.match(String(await answer("where discord://x/y")), /is on another network/);
});

test("validators, sync and async, with a hint or their own words", async () => {
  const { set, answer } = setup();
  const even = z.string().refine(async (text) => text.length % 2 === 0, "must be even");
  set.add("even", { help: "x", args: { text: arg.schema(even) } }, "");
  const echo = z.string().refine(() => false, { error: (issue) => `not ${String(issue.input)}` });
  set.add("echo", { help: "x", args: { text: arg.schema(echo) } }, "");
  const fails = z.string().refine(() => {
    throw new TypeError("the author's");
  });
  set.add("fails", { help: "x", args: { text: arg.schema(fails) } }, "");
  assert.deepEqual(await answer("even ab"), { text: "ab" });
  assert.equal(
    await answer("even abc"),
    'text: "abc" does not fit: must be even. Usage: !even TEXT',
  );
  const said = String(await answer(`echo ${"x".repeat(100)}`));
  assert.equal(said, `text: "${"x".repeat(39)}…" does not fit. Usage: !echo TEXT`);
  await assert.rejects(answer("fails x"), TypeError);
});

test("sub-commands", async () => {
  const { set, prepare, answer } = setup();
  set.add(
    "game start",
    { help: "starts", aliases: ["game begin", "gs"], args: { who: arg.word() } },
    "start",
  );
  set.add("game stop", "stops", "stop");
  const run = async (line: string) => {
    const prepared = await prepare(line);
    return prepared.do === "run" ? [prepared.handler, prepared.name, prepared.values] : prepared;
  };
  for (const line of ["game start ann", "game Begin ann"]) {
    assert.deepEqual(await run(line), ["start", "game start", { who: "ann" }], line);
  }
  assert.deepEqual(await run("gs ann"), ["start", "game start", { who: "ann" }]);
  assert.equal(await answer("game start"), "who: missing. Usage: !game start WHO");
  assert.equal(await answer("game"), "Usage: !game start|begin|stop");
  assert.equal(
    await answer("game strat ann"),
    'there is no "game strat"; did you mean game start? Usage: !game start|begin|stop',
  );
  assert.equal(await answer("game xyz"), 'there is no "game xyz". Usage: !game start|begin|stop');
  set.add("game", { help: "tells about games", args: { which: arg.word().optional() } }, "own");
  assert.deepEqual(await run("game strat"), ["own", "game", { which: "strat" }]);
  assert.equal(set.isAlias("gs"), true);
  assert.equal(set.mainNameOf("gs"), "game start");
  assert.equal(set.isAlias("game"), false);
  set.drop("gs");
  assert.deepEqual(await prepare("gs ann"), { do: "nothing" });
  assert.equal(set.wordOf("gs"), undefined);
});

test("wrong input that nearly names a sub-command is answered with both", async () => {
  const { set, answer } = setup();
  const args = { question: arg.word(), choices: arg.rest() };
  set.add("poll", { help: "asks", args, flags: { secret: flag.boolean() } }, "own");
  set.add("poll close", "ends it", "close");
  const usage = "Usage: !poll QUESTION CHOICES… [--secret]";
  const rows: readonly (readonly [typed: string, wrong: string])[] = [
    ["poll clsoe", "choices: missing; did you mean poll close?"],
    ["poll lunch", "choices: missing."],
    ["poll clsoe --secrt x", 'there is no flag "--secrt"; did you mean --secret?'],
  ];
  for (const [typed, wrong] of rows) assert.equal(await answer(typed), `${wrong} ${usage}`, typed);
});

test("a command that takes no words says when a sub-command was nearly named", async () => {
  const { set, answer } = setup();
  set.add("game", "tells about games", "own");
  set.add("game start", "starts", "start");
  assert.deepEqual(await answer("game please"), {});
  assert.match(String(await answer("game strat")), /did you mean game start\?/);
});

test("a cooldown is told once, then it is quiet until it has run out", async () => {
  const { set, answer, pass } = setup();
  set.add("roll", { ...ROLL, cooldown: { perUser: duration("5s") } }, "");
  assert.equal(typeof (await answer("roll 2d6")), "object");
  assert.equal(await answer("roll 2d6"), "wait 5 s");
  assert.equal(await answer("r 2d6"), undefined);
  assert.equal(typeof (await answer("roll 2d6", { user: BOB })), "object");
  pass(4_999);
  assert.equal(await answer("roll 2d6"), undefined);
  pass(1);
  assert.equal(typeof (await answer("roll 2d6")), "object");
  pass(4_200);
  assert.equal(await answer("roll 2d6"), "wait 1 s");
});

test("a slip costs no cooldown; two at once run once", async () => {
  const { set, answer } = setup();
  set.add("roll", { ...ROLL, cooldown: { perUser: duration("5s") } }, "");
  assert.match(String(await answer("roll x")), /does not fit/);
  const both = await Promise.all([answer("roll 2d6"), answer("roll 2d6")]);
  assert.deepEqual(
    both.map((each) => typeof each),
    ["object", "string"],
  );
});

test("cooldowns of a channel and of all", async () => {
  const { set, answer, pass } = setup();
  const cooldown = { perChannel: duration("1m 5s"), all: duration("10s") };
  set.add("x", { help: "x", cooldown }, "");
  const other = { channelId: "irc://libera/%23other", user: BOB };
  assert.deepEqual(await answer("x"), {});
  assert.equal(await answer("x", other), "wait 10 s");
  assert.equal(await answer("x", { user: BOB }), "wait 1 min 5 s");
  assert.equal(await answer("x"), undefined);
  pass(10_000);
  assert.deepEqual(await answer("x", other), {});
});

test("where a command works", async () => {
  const { set, answer } = setup();
  const add = (name: string, where: Where) => set.add(name, { help: "x", where }, "");
  add("here", "channel");
  add("alone", "private");
  add("both", "anywhere");
  assert.equal(await answer("here", { channelId: undefined }), "!here works in channels only");
  assert.equal(await answer("alone"), "!alone works in private only");
  for (const channelId of [undefined, GAMES])
    assert.deepEqual(await answer("both", { channelId }), {});
});

test("who may use a command", async () => {
  const rows: [CommandSpec<Args, Flags, Where>["allow"], Partial<Invocation>, boolean][] = [
    [[{ channel: "irc://libera/*" }], {}, true],
    [[{ channel: "irc://libera/#games" }], {}, true],
    [[{ channel: "irc://libera/%23g*s" }], {}, true],
    [[{ channel: "irc://*" }], {}, true],
    [[{ channel: "irc://lib*/*" }], { channelId: "irc://liberachat/x" }, true],
    [[{ channel: "irc://lib*" }], { channelId: "irc://evil/libera" }, false],
    [[{ channel: "irc://*/ops" }], { channelId: "irc://x/a/ops" }, false],
    [[{ channel: "irc://libera/#game" }], {}, false],
    [[{ channel: "irc://libera/*" }], { channelId: undefined }, false],
    [[{ channel: "irc://libera/%2A" }], {}, false],
    [[{ channel: "irc://libera/%2A" }], { channelId: "irc://libera/%2A" }, true],
    [[{ backendType: "terminal" }], {}, false],
    [[{ backendType: "terminal" }, { backendType: "irc" }], {}, true],
    [[{ user: "irc://libera/ann" }], {}, true],
    [[{ user: "irc://libera/ann" }], { user: BOB }, false],
    [[{ account: "Ann" }], { tags: { "irc/account": "ann" } }, true],
    [[{ account: "ann" }], { tags: { "irc/account": "" } }, false],
    [[{ account: "ann" }], {}, false],
    [[{ account: "*" }], { tags: { "irc/account": "anyone" } }, true],
    [[{ account: "ann", user: "irc://oftc/*" }], { tags: { "irc/account": "ann" } }, false],
    [[{ account: "ann", user: "irc://libera/*" }], { tags: { "irc/account": "ann" } }, true],
  ];
  for (const [allow, from, may] of rows) {
    const { set, answer } = setup();
    set.add("op", { help: "x", ...(allow && { allow }) }, "");
    const told = `${JSON.stringify(allow)} ${JSON.stringify(from)}`;
    assert.deepEqual(await answer("op", from), may ? {} : "you may not use !op here", told);
  }
});

test("who may not is told once, and costs nobody a cooldown", async () => {
  const { set, answer, pass } = setup();
  const spec = { help: "x", allow: [{ account: "ann" }], cooldown: { all: duration("1h") } };
  set.add("op", spec, "");
  assert.equal(await answer("op"), "you may not use !op here");
  assert.equal(await answer("op"), undefined);
  assert.equal(await answer("op", { user: BOB }), "you may not use !op here");
  pass(duration("10m"));
  assert.equal(await answer("op"), "you may not use !op here");
  assert.deepEqual(await answer("op", { tags: { "irc/account": "ann" } }), {});
});

test("a question is asked with the values", async () => {
  const { set, prepare } = setup();
  const args = { n: arg.integer() };
  set.add("del", { help: "x", args, confirm: ({ n }: { n: number }) => `delete ${n}?` }, "");
  set.add("wipe", { help: "x", confirm: "sure?" }, "");
  const questions = [await prepare("del 3"), await prepare("wipe")].map(
    (p) => p.do === "run" && p.confirm,
  );
  assert.deepEqual(questions, ["delete 3?", "sure?"]);
});

test("a private message as a command", () => {
  const { set } = setup();
  set.add("roll", ROLL, "");
  const rows: [string, string, { name: string; arg: string } | undefined][] = [
    ["!roll 2d6  x ", "!", { name: "roll", arg: "2d6  x" }],
    ["roll 2d6", "!", { name: "roll", arg: "2d6" }],
    ["Roll", "!", { name: "roll", arg: "" }],
    ["seabird:roll", "seabird:", { name: "roll", arg: "" }],
    ["! roll", "!", undefined],
    ["!!roll", "!", undefined],
    [".roll", "!", undefined],
    ["hello roll", "!", undefined],
    ["roll", "", { name: "roll", arg: "" }],
    ["", "!", undefined],
    ["!", "!", undefined],
    ["constructor", "!", undefined],
  ];
  for (const [text, prefix, found] of rows)
    assert.deepEqual(set.inPrivate(text, prefix), found, text);
});

test("nothing is done about what is not ours", async () => {
  const { prepare } = setup();
  assert.deepEqual(await prepare("other"), { do: "nothing" });
});

test("an operator is warned of names that anybody may take", () => {
  const { set } = setup();
  set.add("op", { help: "x", aliases: ["o"], allow: [{ user: "irc://libera/ann" }] }, "");
  set.add("safe", { help: "x", allow: [{ user: "irc://*/*", account: "ann" }] }, "");
  set.add("net", { help: "x", allow: [{ user: "irc://libera/*" }] }, "");
  const info = (id: string, userIds: string) => ({
    backend: { $typeName: "common.Backend" as const, id, type: "irc" },
    metadata: { user_ids: userIds },
  });
  const backends = [
    info("irc://libera", "unverified"),
    info("irc://oftc", "unverified"),
    info("irc://libera", "verified"),
    { backend: undefined, metadata: {} },
  ];
  assert.deepEqual(set.warnings(backends), [
    'command "op" allows by user id on irc://libera, where anybody may take anybody\'s name (user_ids: unverified); allow an account instead',
  ]);
});
