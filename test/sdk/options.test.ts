/** Options that do not exist are refused, in words that name those that do, also without types. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arg, type CommandContext, flag, plugin, SeabirdError } from "@seabird-chat/sdk";
import { type BackendSpec, backend } from "@seabird-chat/sdk/backend";
import { schedule } from "@seabird-chat/sdk/schedule";
import { type Columns, type Migrations, openStorage, storage } from "@seabird-chat/sdk/storage";
import { testbed } from "@seabird-chat/testkit";

/** What code without types can hand over. */
const untyped = <T>(value: unknown): T => value as T;
/** A function as JavaScript may call it. */
const loose = (given: unknown) => given as (...args: unknown[]) => unknown;

const refused = (words: RegExp) => (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === "bad_option" && words.test(reason.message);

const bot = () => plugin("bot");
const command = (spec: object) => () =>
  bot().command("x", untyped({ help: "x", ...spec }), () => {});
const jobs = () => {
  const made = bot();
  return schedule(made, storage(made, { url: ":memory:" }));
};

const DECLARED: readonly (readonly [string, () => unknown, RegExp])[] = [
  ...(["word", "rest", "user", "channel", "channelId"] as const).map(
    (kind) =>
      [
        `arg.${kind}`,
        () => loose(arg[kind])({ min: 1 }),
        new RegExp(`^${kind} takes no options$`),
      ] as const,
  ),
  ["arg.integer", () => arg.integer(untyped({ mn: 1 })), /^integer .*"mn"; allowed: min, max$/],
  ["arg.integer of a number", () => arg.integer(untyped(5)), /^integer takes \{ min, max \}$/],
  ["arg.number", () => arg.number(untyped({ step: 1 })), /^number .*"step"; allowed: min, max$/],
  ["arg.duration", () => arg.duration(untyped({ most: 1 })), /^duration .*"most"; allowed/],
  ["arg.choice", () => loose(arg.choice)(["a"], { short: "a" }), /^choice, .* takes no options$/],
  ["arg.schema", () => loose(arg.schema)(schema(), { hint: "x" }), /^the hint of schema is a text/],
  ["arg.schema, a third", () => loose(arg.schema)(schema(), "x", {}), /takes no options$/],
  ["optional", () => loose(arg.word().optional)("x"), /^optional takes no options$/],
  ["repeated", () => arg.word().repeated(untyped({ min: 1 })), /^repeated .*"min"; allowed: max$/],
  ["repeated of a number", () => arg.word().repeated(untyped(3)), /^repeated takes \{ max \}$/],
  [
    "flag.boolean",
    () => flag.boolean(untyped({ default: true })),
    /"default"; allowed: short, about/,
  ],
  ["flag.text", () => flag.text(untyped({ max: 1 })), /"max"; allowed: short, about$/],
  [
    "flag.choice",
    () => flag.choice(["a"], untyped({ sort: "a" })),
    /"sort"; allowed: short, about$/,
  ],
  ["a command", command({ cooldwn: {} }), /"cooldwn"; did you mean cooldown\?/],
  [
    "cooldown",
    command({ cooldown: { perUsr: "5s" } }),
    /"perUsr"; allowed: perUser, perChannel, all/,
  ],
  ["cooldown as a text", command({ cooldown: "5s" }), /cooldown is "5s"; give such as \{ perUser/],
  ["cooldown as a number", command({ cooldown: 5_000 }), /cooldown is 5000; give such as/],
  ["allow", command({ allow: [{ acount: "x" }] }), /"acount" in allow; it takes channel,/],
  [
    "plugin",
    () => plugin("bot", untyped<object>({ confg: schema() })),
    /"confg"; allowed: config, needs$/,
  ],
  [
    "backend",
    () => backend("test", untyped<BackendSpec>({ connect: () => ({}), commandprefix: "?" })),
    /^backend "test" has an unknown option "commandprefix"; allowed: config, commandPrefix,/,
  ],
  [
    "storage",
    () => storage(bot(), untyped({ path: "x" })),
    /"path"; allowed: url, setting, migrations/,
  ],
  [
    "schedule",
    () => loose(schedule)(bot(), storage(bot()), { lease: 1 }),
    /"lease"; allowed: leaseMs$/,
  ],
  [
    "a job",
    () => jobs().job("x", () => {}, untyped({ retries: 3 })),
    /"retries"; allowed: missed,/,
  ],
  [
    "every",
    () => jobs().every("x", "5s", () => {}, untyped({ tz: 1 })),
    /^job "x" .*"tz"; allowed/,
  ],
  [
    "cron",
    () => jobs().cron("x", "* * * * *", () => {}, untyped({ timezone: "UTC" })),
    /, timeZone$/,
  ],
  [
    "a job's zone",
    () => jobs().job("x", () => {}, untyped({ timeZone: "UTC" })),
    /"timeZone"; allowed/,
  ],
];

function schema(): never {
  return untyped({
    "~standard": { version: 1, vendor: "x", validate: (value: unknown) => ({ value }) },
  });
}

const MISTAKEN: readonly (readonly [what: string, declare: () => unknown, words: RegExp])[] = [
  [
    "a nearly named kind",
    () => bot().on(untyped<"message">("mesage"), () => {}),
    /"mesage"; did you mean message\?$/,
  ],
  [
    "another kind",
    () => bot().on(untyped<"message">("join"), () => {}),
    /"join"; allowed: .*privateMessage/,
  ],
  [
    "no storage",
    () => loose(schedule)(bot()),
    /^schedule of "bot" is given no storage; write schedule/,
  ],
  [
    "another plugin's storage",
    () => loose(schedule)(bot(), storage(plugin("other"))),
    /is given the storage of "other"; write schedule\(plugin, storage\(plugin\)\)$/,
  ],
];

for (const [what, declare, words] of MISTAKEN) {
  test(`${what} is refused with what is right`, () => assert.throws(declare, refused(words)));
}

for (const [what, declare, words] of DECLARED) {
  test(`an unknown option of ${what} is refused`, () => assert.throws(declare, refused(words)));
}

test("unknown options of calls are refused, and nothing is sent or stored", async () => {
  const made = plugin("bot");
  const data = storage(made, { url: ":memory:" });
  const job = schedule(made, data).job<null>("job", () => undefined);
  const values = data.keyValue<number>("n");
  const calls: Record<string, (ctx: CommandContext<"channel">) => Promise<unknown>> = {
    reply: (ctx) => ctx.reply("x", untyped({ tag: {} })),
    mentionReply: (ctx) => ctx.mentionReply("x", untyped({ timeout: 5 })),
    sendMessage: (ctx) => ctx.core.sendMessage(ctx.channel.id, "x", untyped({ timeout: 5 })),
    ask: (ctx) => ctx.ask("x?", untyped({ timeout: 5 })),
    confirm: (ctx) => ctx.confirm("x?", untyped({ timeout: 5 })),
    set: () => values.set("x", 1, untyped({ ttl: "5s" })),
    update: () => values.update("x", () => 1, untyped({ expires: "5s" })),
    list: () => values.list(untyped({ start: "x" })),
    once: () => job.once({ in: "5s" }, null, untyped({ name: "x" })),
    when: () => job.once(untyped({ in: "5s", key: "x" }), null),
    every: () => job.every("5s", null, untyped({ timeZone: "UTC" })),
    cron: () => job.cron("* * * * *", null, untyped({ timezone: "UTC" })),
    jobs: () => job.list(untyped({ max: 5 })),
  };
  const seen: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    made.command(name, { help: "x", where: "channel" }, async (ctx) => {
      await call(ctx).catch((error: SeabirdError) => {
        seen[name] = `${error.code} ${error.message}`;
      });
    });
  }
  await using bed = await testbed({ plugins: [made] });
  for (const name of Object.keys(calls)) await bed.channel("#c").say("ann", `!${name}`);
  await bed.channel("#c").expectNothing();
  assert.deepEqual(Object.keys(seen), Object.keys(calls));
  for (const [name, message] of Object.entries(seen)) {
    assert.match(message, /^bad_option .*unknown option/, name);
  }
});

test("unknown options of columns and of openStorage are refused", async () => {
  const rows: readonly (readonly [(column: Columns) => unknown, RegExp])[] = [
    [(column) => column.text(untyped({ null: true })), /unknown option "null"; allowed: nullable,/],
    [(column) => loose(column.id)({ unique: true }), /column\.id takes no options/],
  ];
  for (const [create, words] of rows) {
    const migrations: Migrations = { first: async (_, column) => void create(column) };
    await assert.rejects(openStorage("bot", { url: ":memory:", migrations }), (reason: Error) => {
      return refused(words)(reason.cause);
    });
  }
  await assert.rejects(
    openStorage("bot", untyped({ file: "x" })),
    refused(/"file"; allowed: url, migrations, clock, log$/),
  );
});
