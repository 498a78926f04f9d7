/** What backends declare: bounds, overrides of channels, and the features in effect. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Capabilities, CapabilitiesSchema, Support } from "@seabird-chat/protocol";
import { BackendCapabilities } from "./capabilities.ts";

type Init = MessageInitShape<typeof CapabilitiesSchema>;

const { FULL, PARTIAL } = Support;
const NAME = { type: "irc", id: "net" };
const LIMITS = { maxIdBytes: 1_024, maxListBytes: 3_500_000 };
const PARENTS: Record<string, string> = { "#thread": "irc://net/%23c", "#own": "irc://net/%23c" };

function make(): BackendCapabilities {
  return new BackendCapabilities(NAME, LIMITS, {
    get: (id) => ({ parentId: PARENTS[id] ?? "" }),
    isPrivate: (id) => id === "#group",
    hasPrivate: true,
    privacyChanges: 0,
  });
}

function declared(init: Init): BackendCapabilities {
  const capabilities = make();
  assert.equal(capabilities.replace(create(CapabilitiesSchema, init)), undefined);
  return capabilities;
}

test("without a declaration there is nothing", () => {
  const capabilities = make();
  assert.equal(capabilities.isDeclared, false);
  assert.equal(capabilities.all, undefined);
  assert.equal(capabilities.effective("#c"), undefined);
  assert.equal(capabilities.has("edit"), false);
});

test("an empty declaration is one", () => {
  const capabilities = declared({});
  assert.equal(capabilities.isDeclared, true);
  assert.equal(capabilities.has("edit"), false);
  assert.deepEqual(capabilities.effective("#c"), create(CapabilitiesSchema));
});

test("a later declaration replaces everything", () => {
  const capabilities = declared({ features: { edit: FULL }, channels: { "#c": {} } });
  capabilities.replace(create(CapabilitiesSchema, { features: { delete: PARTIAL } }));
  assert.deepEqual(capabilities.all, create(CapabilitiesSchema, { features: { delete: PARTIAL } }));
});

suite("a feature is there", () => {
  const init: Init = {
    features: { edit: FULL, react: PARTIAL, reply: Support.UNSPECIFIED, persona: 7 as Support },
    channels: { "#c": { features: { delete: FULL } }, "#own": { features: { typing: FULL } } },
  };
  const cases = [
    ["edit", undefined, true],
    ["react", undefined, true],
    ["reply", undefined, false],
    ["persona", undefined, false],
    ["delete", undefined, false],
    ["edit", "#other", true],
    ["delete", "#c", true],
    ["edit", "#c", false],
    ["delete", "#thread", true],
    ["edit", "#thread", false],
    ["typing", "#own", true],
    ["delete", "#own", false],
  ] as const;
  for (const [feature, channel, expected] of cases) {
    test(`${feature} in ${channel ?? "the backend"}: ${expected}`, () => {
      assert.equal(declared(init).has(feature, channel), expected);
    });
  }
});

test("names that objects have of themselves are no features", () => {
  const capabilities = declared({ channels: {} });
  assert.equal(capabilities.has("constructor" as "edit", "__proto__"), false);
});

test("all are keyed by absolute ids, and channels of channels are left out", () => {
  const nested: Init = { features: { edit: FULL }, channels: { "#d": {} } };
  const capabilities = declared({ limits: { max_text_bytes: 5n }, channels: { "#c": nested } });
  const expected = create(CapabilitiesSchema, {
    limits: { max_text_bytes: 5n },
    channels: { "irc://net/%23c": { features: { edit: FULL } } },
  });
  assert.deepEqual(capabilities.all, expected);
  assert.deepEqual(capabilities.effective()?.channels, {});
});

test("private channels are visible to whom they concern", () => {
  const own = { features: { edit: FULL } };
  const capabilities = declared({ formats: ["x"], channels: { "#c": own, "#group": own } });
  assert.deepEqual(capabilities.visible(true), capabilities.all);
  const expected = { formats: ["x"], channels: { "irc://net/%23c": own } };
  assert.deepEqual(capabilities.visible(false), create(CapabilitiesSchema, expected));
  assert.equal(make().visible(false), undefined);
});

function named(count: number, bytes = 5): string[] {
  return Array.from({ length: count }, (_, i) => `${i}`.padStart(bytes, "x"));
}

function features(names: readonly string[]): { [name: string]: Support } {
  return Object.fromEntries(names.map((name) => [name, FULL]));
}

function limits(names: readonly string[]): { [name: string]: bigint } {
  return Object.fromEntries(names.map((name) => [name, 1n]));
}

function channels(ids: readonly string[]): { [id: string]: Capabilities } {
  return Object.fromEntries(ids.map((id) => [id, create(CapabilitiesSchema)]));
}

suite("bounds", () => {
  const cases: readonly [string, Init, RegExp | undefined][] = [
    ["256 features", { features: features(named(256)) }, undefined],
    ["257 features", { features: features(named(257)) }, /257 features, limit 256/],
    ["256 formats", { formats: named(256) }, undefined],
    ["257 formats", { formats: named(257) }, /257 formats, limit 256/],
    ["257 limits", { limits: limits(named(257)) }, /257 limits, limit 256/],
    ["257 reactions", { allowedReactions: named(257) }, /257 allowed_reactions, limit 256/],
    ["a name of 64 bytes", { features: features(named(1, 64)) }, undefined],
    ["a name of 65 bytes", { features: features(named(1, 65)) }, /features of more than 64 bytes/],
    ["a format of 65 bytes", { formats: named(1, 65) }, /formats of more than 64 bytes/],
    ["bytes, not characters", { formats: ["é".repeat(33)] }, /formats of more than 64 bytes/],
    ["a limit of 65 bytes", { limits: limits(named(1, 65)) }, /limits of more than 64 bytes/],
    ["a reaction of 513 bytes", { allowedReactions: named(1, 513) }, /more than 512 bytes/],
    ["10,000 channels", { channels: channels(named(10_000)) }, undefined],
    ["10,001 channels", { channels: channels(named(10_001)) }, /10001 channels, limit 10000/],
    ["an id of 1,025 bytes", { channels: channels(named(1, 1_025)) }, /1 to 1024 bytes/],
    ["an empty id", { channels: channels([""]) }, /1 to 1024 bytes/],
    ["bounds in a channel", { channels: { c: { formats: named(257) } } }, /257 formats/],
    ["too many bytes", { channels: channels(named(9_000, 1_000)) }, /limit 3500000/],
  ];
  for (const [name, init, problem] of cases) {
    test(name, () => {
      const capabilities = make();
      const wrong = capabilities.replace(create(CapabilitiesSchema, init));
      if (problem === undefined) assert.equal(wrong, undefined);
      else assert.match(wrong ?? "", problem);
      assert.equal(capabilities.isDeclared, problem === undefined);
    });
  }
});
