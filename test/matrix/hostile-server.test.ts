/** A homeserver that hands over two thousand events that make no sense: what makes sense is heard after them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import fc from "fast-check";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { anyEvent } from "../../backends/matrix/test/any-event.ts";
import { ALIAS, ROOM, ScriptedServer, TOKEN } from "../../backends/matrix/test/scripted-server.ts";

const [BATCHES, EVENTS] = [10, 200];
/** Of those that come as state too, in each of the rooms below. */
const STATE_EVENTS = 20;
/** Rooms of an answer, most of which are none. */
const NO_ROOMS = ["", "x", "!", "!x", "#x:y", "__proto__", "!other:example.org", "!\0:example.org"];
/** State that decides what a room is. */
const STATE = [
  ...["m.room.power_levels", "m.room.create", "m.room.canonical_alias", "m.room.tombstone"],
  ...["m.room.encryption", "m.room.member", "m.room.name", "m.room.join_rules"],
];

/** What JSON has no form for is a text. */
function toJson(values: readonly unknown[]): unknown[] {
  const shown = values.map((value) =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}` : each)),
  );
  return shown.map((json) => (json === undefined ? null : JSON.parse(json)));
}

/** The same event with an id of its own. */
function distinct(event: unknown, number: number): unknown {
  if (typeof event !== "object" || event === null || !("event_id" in event)) return event;
  return event.event_id === "$1" ? { ...event, event_id: `$hostile${number}` } : event;
}

test("two thousand hostile events later, messages are heard and sent", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  await using bed = await backendbed({
    timeoutMs: 30_000,
    backend: matrixBackend,
    config: { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] },
  });
  await bed.until("the channel", async () => (await bed.channels()).some(({ id }) => id === ALIAS));
  // Behind each batch: all of them take a slow machine longer than one wait lasts.
  const hears = async (body: string) => {
    server.says(server.event({ msgtype: "m.text", body }));
    await bed.until(body, () => bed.events.some(({ text }) => text === body));
  };
  for (let batch = 0; batch < BATCHES; batch++) {
    const events = toJson(fc.sample(anyEvent, { numRuns: EVENTS, seed: batch + 1 })).map(
      (event, n) => distinct(event, batch * EVENTS + n),
    );
    const state = events
      .slice(0, STATE_EVENTS)
      .map((event, n) =>
        Object.assign({}, event, { type: STATE[n % STATE.length], state_key: n % 2 ? "" : "@a:b" }),
      );
    const elsewhere = { state: { events: state }, timeline: { events: state } };
    const rooms = Object.fromEntries(NO_ROOMS.map((id) => [id, elsewhere]));
    server.tells({
      rooms: {
        join: { [ROOM]: { timeline: { events }, ephemeral: { events: state } }, ...rooms },
        invite: { "!invited:example.org": { invite_state: { events: state } } },
        leave: { "!gone:example.org": { timeline: { events: state } } },
      },
      account_data: { events: toJson(fc.sample(anyEvent, { numRuns: 10, seed: batch + 1 })) },
    });
    await hears(`what comes behind batch ${batch}`);
  }
  assert.ok(bed.events.length > 100, `${bed.events.length} of them said something`);
  await bed.send(ALIAS, "heard");
  await server.hears(/^PUT v3\/rooms\/.*\/send\/m\.room\.message\//);
});
