/** A machine's clock that is wrong for a while: nothing that it brought about outlasts it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { until } from "../support/until.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const EVENTS = "/seabird.Seabird/StreamEvents";
const NOTHING = new Uint8Array(0);
const HOUR_MS = 3_600_000;
const UNAUTHENTICATED = 16;

for (const [what, shiftMs] of [
  ["two days ahead", 48 * HOUR_MS],
  ["two days behind", -48 * HOUR_MS],
] as const) {
  test(`the clock steps ${what} and back: a token of an hour is accepted again`, async (t) => {
    const core = await startCore({}, t);
    const scopes = ["plugin"];
    const { secret } = await core.core.tokens.create({
      name: "hourly",
      scopes,
      expiresInMs: HOUR_MS,
    });
    const client = new RawClient(core.url, { token: secret });
    t.after(() => client.close());
    const status = async () => (await client.unary(INFO, NOTHING)).status;
    assert.equal(await status(), 0);

    const now = Date.now.bind(Date);
    const clock = t.mock.method(Date, "now", () => now() + shiftMs);
    // An answer about a token is remembered for a second at most.
    if (shiftMs > 0) await until("a refusal", async () => (await status()) === UNAUTHENTICATED);
    else assert.equal(await status(), 0);
    clock.mock.restore();

    assert.equal(await status(), 0);
    await client.open(EVENTS).end(NOTHING).headersCame();
  });
}
