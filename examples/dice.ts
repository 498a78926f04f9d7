/**
 * A command with arguments, flags, settings, a cooldown and a question.
 *
 * Run: npx --no-install seabird plugin ./dice.ts
 */
import { arg, duration, flag, plugin, type Random } from "@seabird-chat/sdk";
import { z } from "zod";

export const dice = plugin("dice", {
  config: z.object({ maxDice: z.number().int().default(100) }),
});
dice.use(async (ctx, next) => {
  ctx.log.debug({ kind: ctx.kind });
  await next();
});
dice.command(
  "roll",
  {
    help: "rolls dice",
    aliases: ["r"],
    examples: ["2d6", "4d6 3 --secret for initiative"],
    args: {
      dice: arg.schema(z.string().regex(/^\d+d\d+$/), "such as 2d6"),
      times: arg.integer({ min: 1, max: 10 }).default(1),
      label: arg.rest().optional(),
    },
    flags: { secret: flag.boolean({ short: "s" }) },
    where: "anywhere",
    allow: [{ channel: "irc://libera/*" }, { backendType: "terminal" }],
    cooldown: { perUser: duration("5s") },
  },
  async (ctx, { dice, times, label, secret }) => {
    if (times > 5 && !(await ctx.confirm(`${times} times, sure?`, { timeoutMs: 30_000 }))) return;
    const rolled = roll(dice, times, ctx.config.maxDice, ctx.random, ctx.signal);
    const out = label === undefined ? rolled : `${label}: ${rolled}`;
    await (secret ? ctx.replyPrivately(out) : ctx.mentionReply(out, { tags: { "url/skip": "1" } }));
  },
);
dice.catch((error, ctx) => ctx.log.error(error));

/** The sum of each throw: `2d6` three times is `7, 4, 9`. */
function roll(
  dice: string,
  times: number,
  maxDice: number,
  random: Random,
  signal: AbortSignal,
): string {
  const [count = 0, sides = 0] = dice.split("d").map(Number);
  const sums = Array.from({ length: times }, () => {
    let sum = 0;
    for (let i = 0; i < Math.min(count, maxDice); i += 1) {
      signal.throwIfAborted();
      sum += 1 + Math.floor(random() * sides);
    }
    return sum;
  });
  return sums.join(", ");
}
