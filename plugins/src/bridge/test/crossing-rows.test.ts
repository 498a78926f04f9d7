/** Everything that crosses arrives as its row says, whatever the other network lacks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type NetworkFeature, testbed } from "@seabird-chat/testkit";
import { bridge } from "../index.ts";
import { CROSSING_ROWS, type CrossingRow, type CrossingWorld } from "./crossing-rows.ts";

const CHANNELS = ["irc://libera/#lobby", "matrix://home/#lobby"];
const FEATURES: readonly NetworkFeature[] = [
  ...["persona", "reply", "edit", "delete", "react", "attachment", "typing", "message_ids"],
  ...["mention", "emoji", "thread"],
] as readonly NetworkFeature[];

/** What arrived, in the words of the table. */
async function arrived({ there, bed }: CrossingWorld): Promise<string> {
  await bed.idle();
  const [message] = bed.sent.filter(({ to }) => to.startsWith("matrix/home")).slice(-1);
  for (const look of [
    async () => `edit: ${bare((await there.expectEdit(/.*/s)).shown)}`,
    async () => `reaction: ${(await there.expectReaction(/.*/s)).emoji.text}`,
    async () => `deletion${(await there.expectDeletion()).text}`,
    async () => {
      if (message === undefined) throw new Error("nothing");
      const { kind, shown, persona, replyTo } = message;
      if (kind === "action") await there.expectAction(/.*/s);
      else await there.expect(/.*/s);
      const reply = replyTo === undefined ? "" : `reply to “${replyTo.text}”: `;
      const name = persona === undefined ? "" : `[${persona.displayName}] `;
      const [, quote = "", words = ""] = /^(> .*\n)?(.*)$/s.exec(bare(shown)) ?? [];
      return `${reply}${quote}${name}${kind === "action" ? "action: " : ""}${words}`;
    },
  ]) {
    const what = await look().catch(() => undefined);
    if (what !== undefined) return what;
  }
  return there.isTyping ? "typing" : "";
}

/** Without the signs that keep a name from notifying anybody. */
function bare(words: string): string {
  return words.replaceAll("\u200b", "");
}

/** Features of the name apart, the first that is missing decides. */
function expected(
  { arrives, without = {} }: CrossingRow,
  lacks: readonly NetworkFeature[],
): string {
  const own = (Object.keys(without) as NetworkFeature[]).filter((each) => each !== "persona");
  const missing = own.find((each) => lacks.includes(each));
  const base = missing === undefined ? arrives : (without[missing] ?? "");
  if (!lacks.includes("persona")) return base;
  if (missing === undefined && without.persona !== undefined) return without.persona;
  return base.replace("[ann (libera)]", "<ann (libera)>");
}

async function run(row: CrossingRow, lacks: readonly NetworkFeature[]): Promise<string> {
  await using bed = await testbed({
    plugins: [bridge],
    backends: ["irc/libera", { name: "matrix/home", without: lacks }],
    config: {
      bridge: { links: { lobby: CHANNELS }, database: ":memory:", typing: true, ...row.settings },
    },
  });
  const here = bed.channel("#lobby", "irc/libera");
  const there = bed.channel("#lobby", "matrix/home");
  await row.act({ bed, here, there });
  return await arrived({ bed, here, there });
}

for (const row of CROSSING_ROWS) {
  test(`${row.what} arrives as its row says, without each feature and without all`, async () => {
    const cases: (readonly NetworkFeature[])[] = [[], ...FEATURES.map((each) => [each]), FEATURES];
    for (const lacks of cases) {
      const where = `without ${lacks.join(", ") || "nothing"}`;
      assert.equal(await run(row, lacks), expected(row, lacks), where);
    }
  });
}
