import assert from "node:assert/strict";
import { test } from "node:test";
import { TokenAuthenticator } from "./authenticator.ts";
import { type AuthOptions, resolveAuthOptions } from "./limits.ts";
import { hashSecret } from "./secret.ts";
import { TokenTable } from "./token-table.ts";

function setUp(options: Partial<AuthOptions> = {}) {
  let nowMs = 1_000;
  let wallMs = 1_000_000;
  const clock = { now: () => nowMs, wallMs: () => wallMs, after: () => () => undefined };
  const table = new TokenTable(clock);
  const looks: { resolve(): void; reject(error: Error): void }[] = [];
  const authenticator = new TokenAuthenticator({
    table,
    clock,
    options: resolveAuthOptions(options),
    refresh: () => new Promise<void>((resolve, reject) => looks.push({ resolve, reject })),
  });
  const put = (secret: string, expiresAtMs?: number) =>
    table.put({
      id: `id-${secret}`,
      name: "someone",
      hash: hashSecret(secret),
      scopes: ["plugin"],
      createdAtMs: 0,
      lastUsedAtMs: undefined,
      expiresAtMs,
      revokedAtMs: undefined,
      origin: "stored",
    });
  const pass = (ms: number) => {
    nowMs += ms;
    wallMs += ms;
  };
  /** The machine's date is set, while time goes on as ever. */
  const setBy = (ms: number) => {
    wallMs += ms;
  };
  return { authenticator, table, looks, put, pass, setBy };
}

function refusalOf(answer: unknown): string {
  assert.ok(!(answer instanceof Promise), "answered at once");
  const { ok, refusal } = answer as { ok: boolean; refusal: { message: string } };
  assert.equal(ok, false);
  return refusal.message;
}

test("refusals, in their order", () => {
  const { authenticator } = setUp();
  const cases: readonly [string | undefined, string][] = [
    [undefined, "missing authorization header"],
    ["", "unknown auth method"],
    ["Basic", "unknown auth method"],
    ["Basic ", "unknown auth method"],
    ["Basic dXNlcg==", "unknown auth method"],
    ["Bearer\tx", "unknown auth method"],
    [" Bearer x", "unknown auth method"],
    ["Bearer", "missing auth token"],
    ["Bearer ", "missing auth token"],
    ["bEARER", "missing auth token"],
  ];
  for (const [header, message] of cases) {
    assert.equal(refusalOf(authenticator.authenticate(header)), message, JSON.stringify(header));
  }
});

test("a known token is answered at once, however its scheme is written, spaces and all", () => {
  const { authenticator, put, looks } = setUp();
  put("a secret  with spaces ");
  put(" led by a space");
  for (const header of [
    "Bearer a secret  with spaces ",
    "bearer a secret  with spaces ",
    "BEARER a secret  with spaces ",
    "Bearer  led by a space",
  ]) {
    for (const _ of [1, 2]) {
      const answer = authenticator.authenticate(header);
      assert.ok(!(answer instanceof Promise) && answer.ok, header);
      assert.equal(answer.principal.name, "someone");
    }
  }
  assert.equal(looks.length, 0);
});

test("a token's bytes count, as Node's latin1 headers carry them", () => {
  const { authenticator, put } = setUp();
  put("café");
  const header = `Bearer ${Buffer.from("café", "utf8").toString("latin1")}`;
  const answer = authenticator.authenticate(header);
  assert.ok(!(answer instanceof Promise) && answer.ok);
});

test("calls with unknown tokens share one look, and those that come later the next", async () => {
  const { authenticator, looks, put } = setUp();
  const first = authenticator.authenticate("Bearer one");
  const second = authenticator.authenticate("Bearer two");
  const third = authenticator.authenticate("Bearer three");
  assert.equal(looks.length, 1);
  looks[0]?.resolve();
  assert.equal(refusalOf(await first), "invalid auth token");
  put("two");
  await new Promise(setImmediate);
  assert.equal(looks.length, 2);
  looks[1]?.resolve();
  const answer = await second;
  assert.ok(answer.ok);
  assert.equal(refusalOf(await third), "invalid auth token");
});

test("a wrong token is remembered for a second, and then looked up again", async () => {
  const { authenticator, looks, pass } = setUp();
  const answer = authenticator.authenticate("Bearer wrong");
  looks[0]?.resolve();
  await answer;
  pass(999);
  assert.equal(refusalOf(authenticator.authenticate("Bearer wrong")), "invalid auth token");
  assert.equal(looks.length, 1);
  pass(1);
  const again = authenticator.authenticate("Bearer wrong");
  assert.equal(looks.length, 2);
  looks[1]?.resolve();
  await again;
});

test("a store that cannot be read is unavailable, never a wrong token", async () => {
  const { authenticator, looks } = setUp();
  const waiting = authenticator.authenticate("Bearer any");
  looks[0]?.reject(new Error("disk on fire"));
  const answer = await waiting;
  assert.ok(!answer.ok);
  assert.equal(answer.refusal.code, "token_store_unavailable");
  const again = authenticator.authenticate("Bearer any");
  assert.equal(looks.length, 2, "what could not be read is not remembered");
  looks[1]?.resolve();
  await again;
});

test("calls that wait are bounded, and so are remembered misses", async () => {
  const { authenticator, looks } = setUp({ maxWaitingLookups: 2, maxRememberedMisses: 1 });
  const waiting = [authenticator.authenticate("Bearer a"), authenticator.authenticate("Bearer b")];
  const third = authenticator.authenticate("Bearer c");
  assert.equal(refusalOf(third), "token store unavailable");
  looks[0]?.resolve();
  await waiting[0];
  await new Promise(setImmediate);
  looks[1]?.resolve();
  await waiting[1];
  assert.equal(refusalOf(authenticator.authenticate("Bearer b")), "invalid auth token");
  assert.ok(authenticator.authenticate("Bearer a") instanceof Promise, "a was forgotten for b");
});

test("an expired or revoked token is invalid for new calls, its cached header too", async () => {
  const { authenticator, looks, put, pass, table } = setUp();
  put("short", 1_000_500);
  put("long");
  assert.ok((await authenticator.authenticate("Bearer short")).ok);
  assert.ok((await authenticator.authenticate("Bearer long")).ok);
  pass(500);
  table.remove(hashSecret("long"));
  const answers = [
    authenticator.authenticate("Bearer short"),
    authenticator.authenticate("Bearer long"),
  ];
  looks[0]?.resolve();
  assert.equal(refusalOf(await answers[0]), "invalid auth token");
  await new Promise(setImmediate);
  looks[1]?.resolve();
  assert.equal(refusalOf(await answers[1]), "invalid auth token");
});

const TWO_DAYS_MS = 2 * 86_400_000;

test("a clock that steps ahead and back leaves no token refused", async () => {
  const { authenticator, table, looks, put, pass, setBy } = setUp();
  put("t", 1_000_000 + 3_600_000);
  const first = authenticator.authenticate("Bearer t");
  assert.ok(!(first instanceof Promise) && first.ok);
  const ends: string[] = [];
  authenticator.onEnd(first.principal, ({ code }) => ends.push(code));
  setBy(TWO_DAYS_MS);
  const late = authenticator.authenticate("Bearer t");
  looks.pop()?.resolve();
  assert.equal(refusalOf(await late), "invalid auth token");
  assert.deepEqual([ends, table.size], [["token_expired"], 0]);
  pass(2_500);
  setBy(-TWO_DAYS_MS);
  const again = authenticator.authenticate("Bearer t");
  assert.ok(!(again instanceof Promise) && again.ok, "in force again, without a query");
  assert.equal(table.size, 1);
  authenticator.onEnd(again.principal, ({ code }) => ends.push(code));
  assert.equal(ends.length, 1);
});

test("a clock that steps back makes no wrong token be refused unasked for longer", async () => {
  const { authenticator, looks, pass, setBy } = setUp({ rememberMissMs: 1_000 });
  const first = authenticator.authenticate("Bearer wrong");
  looks.pop()?.resolve();
  assert.equal(refusalOf(await first), "invalid auth token");
  setBy(-TWO_DAYS_MS);
  assert.equal(refusalOf(authenticator.authenticate("Bearer wrong")), "invalid auth token");
  pass(1_000);
  assert.ok(authenticator.authenticate("Bearer wrong") instanceof Promise, "it is looked up");
});
