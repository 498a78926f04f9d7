/**
 * What must compile for authors and what must not; nothing here runs. `tsc` reads it with our own
 * options, and plugin-types.test.ts with those that most authors have.
 */
import {
  type Allow,
  type Argument,
  arg,
  type FlagDeclaration,
  flag,
  plugin,
  startPlugin,
} from "@seabird-chat/sdk";
import { schedule } from "@seabird-chat/sdk/schedule";
import { storage } from "@seabird-chat/sdk/storage";
import { z } from "zod";

export function fits(
  allow: readonly Allow[] | undefined,
  ms: number | undefined,
  text: string | undefined,
): void {
  const p = plugin("p", { config: z.object({ a: z.number().default(1) }) });
  const cooldown = { perUser: ms, all: ms };
  const args = { n: arg.integer({ min: ms }), label: arg.rest().optional() };
  const spec = { help: "x", allow, cooldown, aliases: undefined, confirm: text, args };
  p.command("a", spec, (ctx, { n, label }) => {
    const whole: number = n + ctx.config.a;
    const rest: string | undefined = label;
    // @ts-expect-error it may be left out
    const always: string = label;
    return ctx.reply(`${whole} ${rest} ${always}`);
  });
  p.command("b", { help: "x", where: "channel", allow: [{ user: text }] }, async (ctx) => {
    await ctx.ask(ctx.channel.name, { timeoutMs: ms, tags: undefined });
    await ctx.reply("x", undefined);
  });
  const flags = { s: flag.boolean({ short: text }), t: flag.text(), d: flag.text().default("") };
  p.command("c", { help: "x", flags }, (_ctx, { s, t, d }) => {
    const isOn: boolean = s;
    const length: number | undefined = isOn ? d.length : t?.length;
    // @ts-expect-error it may be left out
    return [length, t.length];
  });
  p.command("d", { help: "x", args: { w: arg.word().repeated({ max: ms }) } }, () => undefined);
  startPlugin(p, {
    config: { a: 1 },
    handlerTimeoutMs: ms,
    url: text,
    token: text,
    log: undefined,
  });
}

export function fitsNot(): void {
  const p = plugin("p");
  // @ts-expect-error there is no such kind
  p.on("mesage", () => undefined);
  // @ts-expect-error what plugins say cannot be answered
  p.on("sendMessage", (ctx) => ctx.reply("x"));
  // @ts-expect-error no channel in private
  p.on("privateMessage", (ctx) => ctx.channel);
  // @ts-expect-error it may be private
  p.command("a", "x", (ctx) => ctx.channel.id);
  // @ts-expect-error a match is in hears only
  p.on("message", (ctx) => ctx.match);
  // @ts-expect-error a pattern, not a text
  p.hears("x", () => undefined);
  // @ts-expect-error an unknown option
  p.command("a", { help: "x", cooldwn: {} }, () => undefined);
  // @ts-expect-error an unknown rule
  p.command("a", { help: "x", allow: [{ chanel: "x" }] }, () => undefined);
  // @ts-expect-error there is no such place
  p.command("a", { help: "x", where: "nowhere" }, () => undefined);
  // @ts-expect-error a default of another type
  arg.integer().default("x");
  // @ts-expect-error either optional or with a default
  arg.integer().optional().default(1);
  // @ts-expect-error not declared
  p.command("a", { help: "x", args: { a: arg.word() } }, (_ctx, { b }) => b);
  // @ts-expect-error a line of help declares no arguments
  p.command("a", "x", (_ctx, _values) => undefined);
  // @ts-expect-error a flag in place of an argument
  p.command("a", { help: "x", args: { a: flag.text() } }, () => undefined);
  // @ts-expect-error an argument in place of a flag
  p.command("a", { help: "x", flags: { a: arg.word() } }, () => undefined);
  // @ts-expect-error the same in published declarations, which have no shape
  void ({} as Omit<FlagDeclaration<string>, "shape"> satisfies Omit<Argument<string>, "shape">);
  // @ts-expect-error and the other way round
  void ({} as Omit<Argument<string>, "shape"> satisfies Omit<FlagDeclaration<string>, "shape">);
  const settings = plugin("s", { config: z.object({ a: z.number() }) });
  schedule(settings, storage(settings)).job<null>("j", (run) => {
    const a: number = run.config.a;
    // @ts-expect-error an unknown setting
    return [a, run.config.b];
  });
  // @ts-expect-error the question is made at once
  p.command("a", { help: "x", confirm: async () => "x" }, () => undefined);
  // @ts-expect-error an unknown setting
  p.command("a", "x", (ctx) => ctx.ask("x", { timeout: 1 }));
}
