/** The key-value store over SQLite and a real PostgreSQL. */
import assert from "node:assert/strict";
import { silentLog } from "@seabird-chat/sdk";
import { type KeyValue, openStorage } from "@seabird-chat/sdk/storage";
import { FakeClock } from "@seabird-chat/testkit";
import fc from "fast-check";
import { type Engine, testEngines } from "../support/storage-engines.ts";

async function open(engine: Engine) {
  const clock = new FakeClock();
  const store = await openStorage(engine.plugin, { url: engine.url(), clock, log: silentLog });
  return { store, clock, values: store.keyValue("values") };
}

const refused = { code: "invalid_argument" };

async function keysOf(values: KeyValue<unknown>, settings = {}) {
  return (await values.list(settings)).map(({ key }) => key);
}

type Operation =
  | { readonly do: "set"; readonly key: string; readonly value: unknown }
  | { readonly do: "update"; readonly key: string; readonly value: unknown }
  | { readonly do: "delete" | "list"; readonly key: string };

/** The same to the store and to a map of JSON. */
async function step(values: KeyValue<unknown>, model: Map<string, string>, operation: Operation) {
  const { key } = operation;
  const old = model.get(key);
  if (operation.do === "set") {
    await values.set(key, operation.value);
    model.set(key, JSON.stringify(operation.value));
  } else if (operation.do === "delete") {
    assert.equal(await values.delete(key), model.delete(key));
  } else if (operation.do === "update") {
    const next = operation.value ?? undefined;
    await values.update(key, (before) => {
      assert.deepEqual(before, old === undefined ? undefined : JSON.parse(old));
      return next;
    });
    if (next === undefined) model.delete(key);
    else model.set(key, JSON.stringify(next));
  } else {
    const expected = [...model.keys()].filter((name) => name.startsWith(key));
    assert.deepEqual((await keysOf(values, { prefix: key })).sort(), expected.sort());
  }
}

testEngines({
  "any JSON comes back; what is none is refused": async (_, engine) => {
    const { store, values } = await open(engine);
    await using _store = store;
    const all = [0, "", "a\u0000b\ud800", null, false, [], { a: { b: [1] } }, { __proto__: null }];
    for (const value of all) {
      await values.set("a", value);
      assert.deepEqual(await values.get("a"), JSON.parse(JSON.stringify(value)));
    }
    const circular: unknown[] = [];
    circular.push(circular);
    await assert.rejects(values.set("a", undefined), refused);
    await assert.rejects(
      values.set("a", () => 1),
      refused,
    );
    await assert.rejects(values.set("a", 5n));
    await assert.rejects(values.set("a", circular));
    await assert.rejects(values.set("a", "x".repeat(256 * 1_024)), refused);
    await values.set("a", "x".repeat(256 * 1_024 - 2));
    await assert.rejects(values.set("a", "ü".repeat(128 * 1_024)), refused);
  },

  "keys and namespaces are any text within bounds, and nothing else": async (_, engine) => {
    const { store, values } = await open(engine);
    await using _store = store;
    const keys = ["a", "A", "ä", "Ünï 🐦", " ", "'", "x".repeat(512), "__proto__", "irc://a/%23b"];
    for (const key of keys) await values.set(key, key);
    for (const key of keys) assert.equal(await values.get(key), key);
    const bad = ["", "x".repeat(513), "a\0", "\ud83d", "\u{10ffff}", undefined, null, 5, {}];
    for (const key of bad as string[]) {
      await assert.rejects(values.get(key), refused);
      await assert.rejects(values.set(key, 1), refused);
      await assert.rejects(values.delete(key), refused);
      await assert.rejects(
        values.update(key, () => 1),
        refused,
      );
      assert.throws(() => store.keyValue(key), refused);
    }
    const other = store.keyValue("other");
    assert.equal(await other.get("a"), undefined);
    assert.equal(await other.delete("a"), false);
    assert.equal(await values.get("a"), "a");
  },

  "lists are in the order of code points, by prefix, in pages": async (_, engine) => {
    const { store, values } = await open(engine);
    await using _store = store;
    const keys = ["a", "a%", "a_b", "aB", "ab", "ab\u{10fffd}", "b", "B", "é", "🐦", "\uffee"];
    for (const key of keys) await values.set(key, 1);
    const byBytes = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(await keysOf(values), byBytes);
    const ofPrefix = (prefix: string) => byBytes.filter((key) => key.startsWith(prefix));
    for (const prefix of ["a", "ab", "a%", "a_", "🐦", "z"]) {
      assert.deepEqual(await keysOf(values, { prefix }), ofPrefix(prefix), prefix);
    }
    const pages: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await keysOf(values, { limit: 4, after });
      pages.push(...page);
      after = page.at(-1);
      if (page.length < 4) break;
    }
    assert.deepEqual(pages, byBytes);
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      await assert.rejects(values.list({ limit }), { code: "bad_option" });
    }
  },

  "what has expired is gone, by the clock": async (_, engine) => {
    const { store, clock, values } = await open(engine);
    await using _store = store;
    await values.set("short", 1, { expiresIn: "1m" });
    await values.set("long", 2, { expiresIn: 3_600_000 });
    await values.set("ever", 3);
    await clock.advance("59s");
    assert.deepEqual(await keysOf(values), ["ever", "long", "short"]);
    await clock.advance("1s");
    assert.deepEqual(await keysOf(values), ["ever", "long"]);
    assert.equal(await values.get("short"), undefined);
    assert.equal(await values.delete("short"), false);
    assert.equal(await values.update("short", (old) => (old === undefined ? "new" : "old")), "new");
    // Setting it again makes it last.
    await values.set("long", 4);
    await clock.advance("1d");
    assert.deepEqual(await values.list(), [
      { key: "ever", value: 3 },
      { key: "long", value: 4 },
      { key: "short", value: "new" },
    ]);
    const bad = { code: "bad_option" };
    for (const expiresIn of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, "soon"]) {
      await assert.rejects(values.set("a", 1, { expiresIn }), bad);
    }
  },

  "an update sees the old value, may delete, and fails as its function does": async (_, engine) => {
    const { store, values } = await open(engine);
    await using _store = store;
    assert.equal(await values.update("a", (old) => [old ?? null]).then(JSON.stringify), "[null]");
    assert.equal(await values.update("a", (old) => [old, 2]).then(JSON.stringify), "[[null],2]");
    const failing = values.update("a", () => {
      throw new Error("no");
    });
    await assert.rejects(failing, /^Error: no$/);
    assert.equal(await values.update("a", () => undefined), undefined);
    assert.equal(await values.get("a"), undefined);
    assert.equal(await values.update("a", () => undefined), undefined);
    assert.equal(await values.delete("a"), false);
  },

  "any order of operations gives what a map would": async (_, engine) => {
    const { store } = await open(engine);
    await using _store = store;
    const key = fc.constantFrom("a", "aa", "b", "é", "🐦", "%", "_");
    const operation = fc.oneof(
      fc.record({ do: fc.constant("set" as const), key, value: fc.jsonValue() }),
      fc.record({ do: fc.constant("delete" as const), key }),
      fc.record({ do: fc.constant("update" as const), key, value: fc.option(fc.jsonValue()) }),
      fc.record({ do: fc.constant("list" as const), key }),
    );
    let namespaces = 0;
    const law = fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
      const values = store.keyValue(`law ${namespaces++}`);
      const model = new Map<string, string>();
      for (const each of operations) await step(values, model, each);
      for (const [name, text] of model) assert.deepEqual(await values.get(name), JSON.parse(text));
    });
    await fc.assert(law, { numRuns: 30 });
  },
});
