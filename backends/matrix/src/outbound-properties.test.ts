/** Whatever is to be sent becomes events that a server takes, or is refused in words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block } from "@seabird-chat/protocol";
import fc from "fast-check";
import { anyBlock } from "../../../protocol/src/testing/any-block.ts";
import { writeBlock } from "./format.ts";
import { filesOf, type UploadedFile } from "./outbound/files.ts";
import { toProfile } from "./outbound/persona.ts";
import { MAX_CONTENT_BYTES, MAX_EVENTS, planEdit, planSend, toReplacement } from "./outbound.ts";

const write = (block: Block) => writeBlock(block, { roomOf: (id) => id });

const text = fc.string({ unit: "binary", maxLength: 300 });

const settings = fc.record({
  kind: fc.constantFrom("message" as const, "action" as const),
  mayNotifyRoom: fc.boolean(),
  profile: fc.option(
    fc.record({ id: text, displayName: text }).map((persona) => toProfile(persona, "")),
    { nil: undefined },
  ),
  relation: fc.constantFrom(
    undefined,
    { replyTo: "$1" },
    { thread: { rootId: "$1", latestId: "$2" } },
    { replyTo: "$3", thread: { rootId: "$1", latestId: "$2" } },
  ),
  isUploaded: fc.boolean(),
});

/** Specification: "Canonical JSON". */
function checkCanonical(value: unknown): void {
  if (typeof value === "number") assert.ok(Number.isSafeInteger(value), `${value}`);
  else if (typeof value === "string") assert.ok(value.isWellFormed());
  else if (typeof value === "object" && value !== null)
    Object.values(value).forEach(checkCanonical);
  else assert.notEqual(value, undefined);
}

test("any block, with any persona, reply and thread", () => {
  const uploaded: UploadedFile = { uri: "mxc://x.test/1", contentType: "a/b", sizeBytes: 1 };
  fc.assert(
    fc.property(anyBlock(), settings, (block, { isUploaded, ...rest }) => {
      const files = new Map(isUploaded ? filesOf(block).map((file) => [file, uploaded]) : []);
      const outgoing = { ...rest, block, files, tags: {} };
      const plans = [planSend(outgoing, write), planEdit(outgoing, write)];
      for (const [index, plan] of plans.entries()) {
        if ("refused" in plan) {
          assert.match(plan.refused, /^the message(, \d+ bytes of text,)? (is empty|does not fit)/);
          continue;
        }
        assert.ok(plan.events.length > 0 && plan.events.length <= MAX_EVENTS);
        for (const planned of plan.events) {
          const { type, content } = index === 0 ? planned : toReplacement(planned, "$1", {});
          checkCanonical(content);
          assert.ok(Buffer.byteLength(JSON.stringify(content)) <= MAX_CONTENT_BYTES + 500);
          assert.equal(typeof content["body"], "string");
          if (index === 1) assert.equal(type, "m.room.message");
        }
      }
    }),
    { numRuns: 500 },
  );
});
