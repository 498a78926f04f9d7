/** Earlier events that new ones refer to are asked for, within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { event } from "../test/room-fixture.ts";
import type { SyncRoom } from "./connection/sync-response.ts";
import { learnEarlier } from "./earlier-events.ts";
import type { JsonObject } from "./json-value.ts";
import { RecentEvents } from "./state/recent-events.ts";

const roomId = "!r:a.example";
const answer = (event_id: string, answered: string) =>
  event(
    { msgtype: "m.text", body: "x", "m.relates_to": { "m.in_reply_to": { event_id: answered } } },
    { event_id },
  );

function room(...timeline: readonly object[]): SyncRoom {
  const unchanged = { typing: undefined, memberCount: undefined, heroes: undefined };
  const events = timeline as readonly JsonObject[];
  return { roomId, state: [], timeline: events, isLimited: false, ...unchanged };
}

/** What the server was asked for, and what is remembered of it. */
async function learn(
  news: readonly SyncRoom[],
  answerWith: (eventId: string) => object | undefined,
): Promise<{ readonly asked: readonly string[]; readonly recent: RecentEvents }> {
  const recent = new RecentEvents();
  const asked: string[] = [];
  const fetch = async (_: string, eventId: string) => {
    asked.push(eventId);
    const found = answerWith(eventId);
    if (found === undefined) throw new Error("M_NOT_FOUND");
    return found as JsonObject;
  };
  await learnEarlier(news, { rooms: { ownUserId: "@bot:example.org", recent }, fetch });
  return { asked, recent };
}

const said = (event_id: string) => event({ msgtype: "m.text", body: "said" }, { event_id });

test("each is asked for once, and remembered", async () => {
  const news = [room(answer("$1", "$old"), answer("$2", "$old"))];
  const { asked, recent } = await learn(news, said);
  assert.deepEqual(asked, ["$old"]);
  const known = recent.get(roomId, "$old");
  assert.equal(known?.kind === "message" && known.text, "said");
});

test("what comes with them is not asked for", async () => {
  const { asked } = await learn([room(said("$new"), answer("$1", "$new"))], said);
  assert.deepEqual(asked, []);
});

test("what the server does not have, and another event than was asked for, stay unknown", async () => {
  for (const answerWith of [() => undefined, () => said("$other"), () => ({}), () => ({ a: 7 })]) {
    const { asked, recent } = await learn([room(answer("$1", "$old"))], answerWith);
    assert.deepEqual(asked, ["$old"]);
    assert.equal(recent.get(roomId, "$old"), undefined);
    assert.equal(recent.get(roomId, "$other"), undefined);
  }
});

test("of one answer of /sync twenty at most are asked for", async () => {
  const many = Array.from({ length: 100 }, (_, n) => answer(`$n${n}`, `$old${n}`));
  const { asked } = await learn([room(...many.slice(0, 50)), room(...many.slice(50))], said);
  assert.equal(asked.length, 20);
});
