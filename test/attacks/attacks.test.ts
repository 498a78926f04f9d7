/**
 * Each attack of the table, short: honest peers on the attacker's address and on another lose
 * nothing, core's memory and log stay small, and behind it core holds what it held before. What
 * honest peers wait for in milliseconds is the bench's: `npm run bench -- --only attacks`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { steadyGauges } from "../support/gauges.ts";
import { until } from "../support/until.ts";
import { type Attack, MOST_MIB } from "./attack.ts";
import { type AttackedSystem, startCore } from "./attacked-system.ts";
import type { Outcomes } from "./honest-orders.ts";
import { ACCEPTED } from "./rows/accepted.ts";
import { FLOODS } from "./rows/floods.ts";
import { HTTP1 } from "./rows/http1.ts";
import { TOKENLESS } from "./rows/tokenless.ts";
import { type AttackResult, runAttack } from "./run-attack.ts";

/** Attacks on one core, each from an address of its own. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Attack>>>> = {
  "calls without a token": FLOODS,
  "frames, headers and connections": TOKENLESS,
  "HTTP/1.1 and other bytes": HTTP1,
  "calls with a token": ACCEPTED,
};
/** Milliseconds of an attack that would go on and on, and most of one that ends by itself. */
const ENDLESS_MS = 500;
const MOST_MS = 10_000;
/** The part of each amount that is enough to see what it does. */
const PART = 0.1;
/** Core holds half of it for peers at most, so that a small attack reaches that bound. */
const SMALL_HEAP = "--max-old-space-size=192";
/** An action on a machine that does much else may take longer than by default; hanging is what counts. */
const GENEROUS = { SEABIRD_ACTION_TIMEOUT_MS: "60000" };
/** Lines of the log that an attack and the coming and going of honest peers may write. */
const MOST_LINES = 60;
/** How long core's gauges may take on a busy machine until they are what they were. */
const SETTLE_MS = 20_000;

for (const [group, rows] of Object.entries(GROUPS)) {
  test(`${group}: honest peers lose nothing`, { skip: noLoopbackNetwork() }, async (t) => {
    const core = await startCore({ nodeArguments: [SMALL_HEAP], env: GENEROUS });
    t.after(() => core.close());
    const before = await steadyGauges(core.url, core.tokens.metrics);
    let host = 1;
    for (const [attack, row] of Object.entries(rows)) {
      host += 1;
      await t.test(`${attack}: ${row.what}`, async (t) => {
        const result = await attackOnce(core, attack, row, `127.0.1.${host}`);
        t.diagnostic(JSON.stringify(result.counts));
        assertWithstood(core, row, result);
        await untilAsBefore(core, before);
      });
    }
  });
}

function attackOnce(
  core: AttackedSystem,
  attack: string,
  { ends = false }: Attack,
  address: string,
): Promise<AttackResult> {
  const ms = ends ? MOST_MS : ENDLESS_MS;
  const times = { ms, mostMs: MOST_MS, stayMs: 50, beforeMs: 50, recoveryMs: 0, afterMs: 100 };
  return runAttack(core, { attack, address, part: PART, ...times });
}

function assertWithstood(core: AttackedSystem, row: Attack, result: AttackResult): void {
  for (const [from, outcomes] of Object.entries(result.outcomes)) assertHonest(from, outcomes);
  const grownMib = Math.round(result.peakMib - result.beforeMib);
  assert.ok(grownMib <= (row.mostMib ?? MOST_MIB), `core took ${grownMib} MiB more`);
  assert.ok(result.lines <= MOST_LINES, `${result.lines} lines in the log:\n${core.output()}`);
  const seen = JSON.stringify(result.counts);
  for (const name of row.mustSee ?? [])
    assert.ok((result.counts[name] ?? 0) > 0, `${name}: ${seen}`);
  assertEnds(row, result);
}

/** Connections, streams, calls, bytes and whatever else core's gauges show. */
async function untilAsBefore(
  { url, tokens }: AttackedSystem,
  before: Readonly<Record<string, string>>,
): Promise<void> {
  let now = before;
  const isAsBefore = async () => {
    now = await steadyGauges(url, tokens.metrics);
    return JSON.stringify(now) === JSON.stringify(before);
  };
  await until("what core held before", isAsBefore, SETTLE_MS).catch(() =>
    assert.deepEqual(now, before),
  );
}

function assertHonest(from: string, outcomes: Outcomes): void {
  for (const [phase, probes] of Object.entries(outcomes)) {
    for (const [probe, { failed, lost, why }] of Object.entries(probes)) {
      const what = `${probe} from ${from}, ${phase}: ${why}`;
      assert.deepEqual({ failed, lost }, { failed: 0, lost: 0 }, what);
    }
  }
}

function assertEnds({ mayEnd }: Attack, { counts }: AttackResult): void {
  if (mayEnd === undefined) return;
  const ends = Object.keys(counts).filter((name) => /^(code|HTTP) /.test(name));
  const others = ends.filter((name) => !mayEnd.includes(name));
  assert.deepEqual(others, [], JSON.stringify(counts));
}

/** Only on Linux all of 127.0.0.0/8 is this machine without further ado. */
function noLoopbackNetwork(): string | false {
  if (process.platform === "linux") return false;
  console.error("\n!!! SKIPPED: attacks need addresses of 127.0.0.0/8 as Linux has them\n");
  return "this system has no 127.0.1.2";
}
