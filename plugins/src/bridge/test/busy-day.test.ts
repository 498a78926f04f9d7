/** A day's traffic, in small: all of it arrives once and in order, but for what a queue has dropped. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "../index.ts";
import { busyDay, DAY_LINK, DAY_NETWORKS } from "./busy-day.ts";

/** An hour that is long enough for a queue to overflow. */
const PLAN = { hours: 3, hourMs: 240_000 };
const NOTHING = { missing: 0, doubled: 0, late: 0, announced: 0 };

test("a day of five networks, one frozen for an hour, one slow, a restart each hour", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bridge-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await using bed = await testbed({
    plugins: [bridge],
    backends: DAY_NETWORKS,
    config: {
      bridge: {
        links: { lobby: DAY_LINK },
        database: join(folder, "bridge.db"),
        queue_messages: 15,
      },
    },
  });
  const { arrivals, notices } = await busyDay(bed, { ...PLAN, messages: 150, burst: 10 });
  const { "matrix/home": frozen, ...others } = arrivals;
  for (const [network, counts] of Object.entries(others)) {
    assert.deepEqual(counts, { arrived: 120, ...NOTHING }, network);
  }
  const missing = 120 - frozen.arrived;
  assert.ok(missing > 0);
  assert.deepEqual(frozen, { ...NOTHING, arrived: 120 - missing, missing, announced: missing });
  const told = [
    "cannot reach lobby on home: request timed out",
    "lobby on home is reached again",
    `lobby on home: ${missing} messages not delivered: too many, or too old`,
  ];
  const here = [`${missing} messages from the other side are missing here: too many, or too old`];
  for (const [network, lines] of Object.entries(notices)) {
    assert.deepEqual(lines, network === "matrix/home" ? here : told, network);
  }
});
