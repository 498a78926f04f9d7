/** A day's traffic, in small: all of it arrives once and in order, but for what a queue has dropped. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "../index.ts";
import { brokenPromises, busyDay, DAY_LINK, DAY_NETWORKS, FROZEN } from "./busy-day.ts";

/** An hour that is long enough for a queue to overflow. */
const PLAN = { hours: 3, hourMs: 240_000 };

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
  const report = await busyDay(bed, { ...PLAN, messages: 150, burst: 10 });
  assert.deepEqual(brokenPromises(report), []);
  assert.equal(report.doings, 150 + 13 + 15 + 5 + 3);
  const { arrivals, notices } = report;
  for (const [network, counts] of Object.entries(arrivals)) {
    const isAll = counts.missing === 0 && counts.announced === 0 && counts.moot === 0;
    assert.equal(isAll, network !== FROZEN, network);
  }
  const { announced } = arrivals[FROZEN];
  const told = [
    "cannot reach lobby on home: request timed out",
    "lobby on home is reached again",
    `lobby on home: ${announced} messages not delivered: too many, or too old`,
  ];
  const here = [`${announced} messages from the other side are missing here: too many, or too old`];
  for (const [network, lines] of Object.entries(notices)) {
    assert.deepEqual(lines, network === FROZEN ? here : told, network);
  }
});
