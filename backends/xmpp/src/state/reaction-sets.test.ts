/** Reactions of people are remembered within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ReactionSets } from "./reaction-sets.ts";

const conversation = { kind: "channel", id: "a@r" } as const;

test("the oldest sets go when all together have too many emojis", () => {
  const sets = new ReactionSets();
  const of = (name: number) => ({ conversation, messageId: `${name}`, by: "ann" });
  const emojis = Array.from({ length: 100 }, (_, index) => `${index}`);
  for (let i = 0; i < 300; i++) sets.replace({ ...of(i), emojis });
  const kept = Array.from({ length: 300 }, (_, index) => sets.of(of(index)).length);
  assert.equal(kept.indexOf(100), 100);
  sets.replace({ ...of(299), emojis: [] });
  sets.replace({ ...of(300), emojis });
  assert.equal(sets.of(of(100)).length, 100, "what is taken back leaves room");
});
