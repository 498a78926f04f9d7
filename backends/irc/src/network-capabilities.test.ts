/** What is declared, by what a server offers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { capabilitiesOf, type MessageIds } from "./network-capabilities.ts";

const ALWAYS = ["members", "member", "userChanged", "mention", "emoji"];
const TAGGED = [...ALWAYS, "messageIds", "reply", "react", "reaction", "typing", "typingEvents"];
const without = (...names: readonly string[]) => TAGGED.filter((name) => !names.includes(name));
const REDACT = "draft/message-redaction";

const rows: readonly [
  what: string,
  offers: { caps?: readonly string[]; deny?: readonly string[]; ids?: MessageIds },
  expected: readonly string[],
][] = [
  ["nothing", {}, ALWAYS],
  ["ids cannot come without tags", { caps: ["echo-message", REDACT], ids: "some" }, ALWAYS],
  ["tags", { caps: ["message-tags"] }, TAGGED],
  [
    "tags, and no ids",
    { caps: ["message-tags", REDACT], ids: "none" },
    [...ALWAYS, "typing", "typingEvents"],
  ],
  ["no tags of clients", { caps: ["message-tags"], deny: ["*"] }, [...ALWAYS, "messageIds"]],
  [
    "answers alone",
    { caps: ["message-tags"], deny: ["*", "-draft/reply"] },
    [...ALWAYS, "messageIds", "reply"],
  ],
  [
    "no answers, and so no reactions",
    { caps: ["message-tags"], deny: ["draft/reply"] },
    without("reply", "react", "reaction"),
  ],
  [
    "reactions that cannot be taken back",
    { caps: ["message-tags"], deny: ["draft/unreact"] },
    without("react", "reaction"),
  ],
  [
    "no typing",
    { caps: ["message-tags"], deny: ["typing", "x"] },
    without("typing", "typingEvents"),
  ],
  ["deletions", { caps: ["message-tags", REDACT] }, [...TAGGED, "delete", "messageDeleted"]],
];

for (const [what, { caps = [], deny = [], ids = "unknown" }, expected] of rows) {
  test(what, () => {
    const offers = { caps: new Set(caps), rules: { deniedTags: deny }, ids };
    const { limits, ...features } = capabilitiesOf(offers);
    const declared = Object.entries(features).filter(([, support]) => support !== "none");
    assert.deepEqual(declared.map(([name]) => name).sort(), [...expected].sort());
    assert.equal(limits?.maxTextBytes, undefined);
  });
}

test("ids are certain once one has come, and one's own come back", () => {
  const idsOf = (ids: MessageIds, ...caps: readonly string[]) =>
    capabilitiesOf({ caps: new Set(["message-tags", ...caps]), rules: { deniedTags: [] }, ids })
      .messageIds;
  assert.equal(idsOf("unknown", "echo-message"), "partial");
  assert.equal(idsOf("some", "echo-message"), "full");
  assert.equal(idsOf("some"), "partial");
});
