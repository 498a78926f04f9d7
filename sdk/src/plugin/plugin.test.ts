/** What plugin() refuses, and what its handlers' types are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { arg } from "../command/arg.ts";
import { flag } from "../command/flag.ts";
import { SeabirdError } from "../link/errors.ts";
import type { BackendRef, ChannelRef } from "./context.ts";
import type { Match } from "./match.ts";
import { isPlugin, plugin } from "./plugin.ts";

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both types are the same. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : [never]): void {}

const refuses = (words: RegExp) => (reason: unknown) =>
  reason instanceof SeabirdError && reason.code === "bad_option" && words.test(reason.message);

test("arguments and flags have the types that were declared", () => {
  const typed = plugin("typed", { config: z.object({ max: z.number().default(3) }) });
  typed.command(
    "all",
    {
      help: "has everything",
      args: {
        one: arg.word(),
        even: arg.schema(
          z.string().transform((text) => ({ even: text.length % 2 === 0 })),
          "a word",
        ),
        times: arg.integer({ min: 1 }).default(1),
        color: arg.choice(["red", "blue"]).optional(),
        more: arg.number().repeated().optional(),
      },
      flags: {
        secret: flag.boolean({ short: "s" }),
        wait: flag.duration(),
        count: flag.integer().default(2),
      },
    },
    (ctx, values) => {
      same<typeof values.one, string>();
      same<typeof values.times, number>();
      same<typeof values.color, "red" | "blue" | undefined>();
      same<typeof values.even, { even: boolean }>();
      same<typeof values.more, readonly number[]>();
      same<typeof values.secret, boolean>();
      same<typeof values.wait, number | undefined>();
      same<typeof values.count, number>();
      same<typeof ctx.config, { max: number }>();
      // @ts-expect-error: no such argument
      values.none;
    },
  );
  typed.command("plain", "has nothing", (ctx) => {
    same<typeof ctx.arg, string>();
    same<typeof ctx.kind, "command" | "privateMessage">();
  });
  assert.ok(isPlugin(typed));
});

test("a channel is there for channel kinds only", () => {
  const typed = plugin("typed");
  typed.on("message", (ctx) => {
    same<typeof ctx.channel, ChannelRef>();
    same<typeof ctx.text, string>();
    same<typeof ctx.backend, BackendRef>();
    // @ts-expect-error: only hears has a match
    ctx.match;
    // @ts-expect-error: a message is no command
    ctx.command;
  });
  typed.on("privateMessage", (ctx) => {
    // @ts-expect-error: there is no channel in private
    ctx.channel;
    same<typeof ctx.kind, "privateMessage">();
  });
  typed.on(["mention", "privateAction"], (ctx) => {
    // @ts-expect-error: not before it is known that it is a mention
    ctx.channel;
    if (ctx.kind === "mention") same<typeof ctx.channel, ChannelRef>();
  });
  typed.on("command", (ctx) => {
    same<typeof ctx.command, string>();
    same<typeof ctx.channel, ChannelRef>();
  });
  typed.on("sendMessage", (ctx) => {
    same<typeof ctx.sender, string>();
    // @ts-expect-error: what a plugin said has no person to answer
    ctx.reply;
  });
  // @ts-expect-error: there is no such kind
  assert.throws(() => typed.on("edited", () => {}), refuses(/no event kind "edited"/));
});

test("where a command may be used narrows its context", () => {
  const typed = plugin("typed");
  typed.command("here", { help: "", where: "channel" }, (ctx) => {
    same<typeof ctx.channel, ChannelRef>();
    same<typeof ctx.kind, "command">();
  });
  typed.command("there", { help: "", where: "private" }, (ctx) => {
    // @ts-expect-error: there is no channel in private
    ctx.channel;
    same<typeof ctx.arg, string>();
  });
  typed.command("anywhere", { help: "", where: "anywhere" }, (ctx) => {
    // @ts-expect-error: not before it is known that it is in a channel
    ctx.channel;
    if (ctx.kind === "command") same<typeof ctx.channel, ChannelRef>();
  });
});

test("a match is there in hears only, and its groups are texts", () => {
  const typed = plugin("typed");
  typed.hears(/a(b)?(?<c>c)?/, (ctx) => {
    same<typeof ctx.match, Match>();
    same<(typeof ctx.match)[1], string>();
    same<typeof ctx.kind, "message" | "mention" | "privateMessage">();
    // @ts-expect-error: it may be in private
    ctx.channel;
  });
  typed.use(async (ctx, next) => {
    if (ctx.kind === "message") same<typeof ctx.channel, ChannelRef>();
    await next();
  });
  typed.catch((error, ctx) => {
    same<typeof error, unknown>();
    ctx.log.error(error);
  });
  typed.onStart((host) => {
    same<typeof host.signal, AbortSignal>();
    // @ts-expect-error: there is no event to answer
    host.reply;
  });
});

test("what can never work is refused where it is written", () => {
  for (const name of ["", "Hello", "a b", "x".repeat(65), "-a"]) {
    assert.throws(() => plugin(name), refuses(/a plugin is called/), name);
  }
  assert.throws(() => plugin("a", { config: {} as never }), refuses(/not a Standard Schema/));
  for (const needs of [["admin"], "persona", [1], null]) {
    const list = /needs is .*; allowed: a list of persona, mention-everyone/;
    assert.throws(() => plugin("a", { needs: needs as never }), refuses(list), String(needs));
  }
  const bad = plugin("bad");
  assert.throws(() => bad.command("two words too", "", () => {}), refuses(/two words too/));
  assert.throws(() => bad.command("x", "", undefined as never), refuses(/must be a function/));
  assert.throws(() => bad.hears("hi" as never, () => {}), refuses(/takes a pattern/));
  bad.command("x", "is there", () => {});
  assert.throws(() => bad.command("x", "again", () => {}), refuses(/x/));
  bad.catch(() => {});
  assert.throws(() => bad.catch(() => {}), refuses(/has a catch already/));
});
