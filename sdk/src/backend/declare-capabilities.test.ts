/** Capabilities come from the functions that a connection has and from what is declared. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toJson } from "@bufbuild/protobuf";
import { CapabilitiesSchema } from "@seabird-chat/protocol";
import type { BackendCapabilities } from "./capabilities.ts";
import { declareCapabilities } from "./declare-capabilities.ts";
import { DeclaredCapabilities } from "./declared-capabilities.ts";

const json = (...given: Parameters<typeof declareCapabilities>) =>
  toJson(CapabilitiesSchema, declareCapabilities(...given));

const ALL = {
  edit: () => undefined,
  delete: () => undefined,
  react: () => undefined,
  setTyping: () => undefined,
  members: () => ({ members: [], isComplete: true }),
};

test("a function is its feature in full, unless less is declared; without it there is none", () => {
  const full = "SUPPORT_FULL";
  assert.deepEqual(json({}, ALL), {
    features: { edit: full, delete: full, react: full, typing: full, members: full },
  });
  const less: BackendCapabilities = { edit: "partial", delete: "none", reply: "full" };
  assert.deepEqual(json(less, ALL), {
    features: {
      ...{ edit: "SUPPORT_PARTIAL", react: full, typing: full, members: full, reply: full },
    },
  });
  assert.deepEqual(json({ edit: "full", messageIds: "partial" }, {}), {
    features: { message_ids: "SUPPORT_PARTIAL" },
  });
});

test("formats, limits, reactions and channels have their names on the wire", () => {
  const declared: BackendCapabilities = {
    limits: { editWindowSeconds: 60 },
    allowedReactions: ["👍"],
    channels: { "#news": { react: "none", userChanged: "full", limits: { maxTextBytes: 5 } } },
  };
  const defaults = { formats: ["bold"], maxMessageBytes: 400 };
  assert.deepEqual(json(declared, { react: ALL.react }, defaults), {
    features: { react: "SUPPORT_FULL" },
    formats: ["bold"],
    limits: { max_text_bytes: "400", edit_window_seconds: "60" },
    allowedReactions: ["👍"],
    channels: {
      "#news": {
        features: { user_changed: "SUPPORT_FULL" },
        formats: ["bold"],
        limits: { max_text_bytes: "5" },
      },
    },
  });
});

test("what core would not take is a TypeError that names it", () => {
  const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`#${i}`, {}]));
  const wide = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, i) => [`#${i}${"x".repeat(120)}`, {}]),
  );
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [{ fly: "full" }, /^fly is no capability; allowed: edit, /],
    [{ edit: "yes" }, /^edit is "yes"; allowed: full, partial, none$/],
    [{ limits: { size: 1 } }, /^limits.size is no limit; allowed: maxTextBytes, /],
    [{ limits: { maxTextBytes: 1.5 } }, /^limits.maxTextBytes is 1.5, not a whole number/],
    [{ formats: Array(257).fill("bold") }, /^formats is no list of at most 256 texts$/],
    [{ formats: ["x".repeat(65)] }, /^formats has 65 bytes; allowed: 64$/],
    [{ allowedReactions: [""] }, /^one of allowedReactions is empty$/],
    [{ channels: { "#a": { fly: "full" } } }, /^channels\["#a"\].fly is no capability/],
    [{ channels: { "": {} } }, /^a channel's id is empty$/],
    [{ channels: many }, /^channels has 10001 entries; allowed: 10000$/],
    [{ channels: wide }, /^the capabilities have \d+ bytes; allowed: 1048576$/],
  ];
  for (const [declared, message] of rows) {
    const call = () => declareCapabilities(declared as BackendCapabilities, {});
    assert.throws(call, { name: "TypeError", message });
  }
});

test("a connection's own capabilities last as long as the connection; a wrong set changes nothing", () => {
  const announced: unknown[] = [];
  const declared = new DeclaredCapabilities(
    { capabilities: { reply: "full" } },
    { setCapabilities: ({ features }) => announced.push(Object.keys(features)) },
    { warn: () => assert.fail("nothing is lacking") },
  );
  declared.connecting();
  declared.set({ thread: "full" });
  declared.connected({ edit: ALL.edit });
  assert.throws(() => declared.set({ edit: "sometimes" } as never), TypeError);
  declared.set({ persona: "full" });
  declared.connecting();
  declared.connected({});
  assert.deepEqual(announced, [["reply"], ["edit", "thread"], ["edit", "persona"], ["reply"]]);
});
