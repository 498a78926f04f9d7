/** The protocol page's table of JSON (docs/protocol.md: "JSON"), row by row, and its examples. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type DescMessage, fromJsonString, toJsonString } from "@bufbuild/protobuf";
import {
  AttachmentBlockSchema,
  BlockSchema,
  CapabilitiesSchema,
  EditMessageRequestSchema,
  MessageInfoSchema,
  SendResultSchema,
} from "@seabird-chat/protocol";

const PAGE = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
const SECTION = PAGE.slice(PAGE.indexOf("\n### JSON\n"), PAGE.indexOf("\n### Reserved\n"));

interface Row {
  readonly schema: DescMessage;
  /** What a strict reader takes, and what is written of it. */
  readonly reads: string;
  /** Default: the same. */
  readonly writes?: string;
}

/** By the first cell of the page's row; a row of the page that is not here fails. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "`message_ids`": [
    { schema: SendResultSchema, reads: '{"messageIds":["1"]}' },
    { schema: SendResultSchema, reads: '{"message_ids":["1"]}', writes: '{"messageIds":["1"]}' },
  ],
  "uint64: `sequence`, `size_bytes`, `duration_ms`, values of `limits`": [
    { schema: SendResultSchema, reads: '{"sequence":"1500"}' },
    { schema: SendResultSchema, reads: '{"sequence":1500}', writes: '{"sequence":"1500"}' },
    {
      schema: AttachmentBlockSchema,
      reads: '{"sizeBytes":"1500","durationMs":"18446744073709551615"}',
    },
    { schema: CapabilitiesSchema, reads: '{"limits":{"max_text_bytes":"1500"}}' },
  ],
  "an enum": [
    { schema: CapabilitiesSchema, reads: '{"features":{"edit":"SUPPORT_FULL"}}' },
    { schema: CapabilitiesSchema, reads: '{"features":{"edit":77}}' },
    {
      schema: CapabilitiesSchema,
      reads: '{"features":{"edit":2}}',
      writes: '{"features":{"edit":"SUPPORT_FULL"}}',
    },
  ],
  "a member of a oneof": [
    { schema: EditMessageRequestSchema, reads: '{"conversation":{"channelId":"…"}}' },
    { schema: BlockSchema, reads: '{"mention":{"userId":"…"}}' },
  ],
  "`Timestamp`": [{ schema: MessageInfoSchema, reads: '{"sentAt":"2026-01-02T03:04:05Z"}' }],
  "a field with its default": [
    { schema: SendResultSchema, reads: '{"channelId":""}', writes: "{}" },
  ],
};

const rows = [...SECTION.matchAll(/^\| (.+?) \| (.+) \|$/gm)].slice(1);

test("the page has the rows that are tried", () => {
  assert.deepEqual(
    rows.map(([, cell]) => cell),
    Object.keys(ROWS),
  );
});

for (const [, cell = "", says = ""] of rows) {
  test(`in JSON, ${cell}`, () => {
    const tried = ROWS[cell] ?? [];
    for (const { schema, reads, writes = reads } of tried) {
      assert.equal(toJsonString(schema, fromJsonString(schema, reads)), writes);
    }
    // What the page shows is what is tried: names, values and objects.
    const written = tried
      .map(({ reads, writes = reads }) => reads + writes)
      .join()
      .replaceAll(" ", "");
    for (const [, shown = ""] of says.matchAll(/`([^`]+)`/g)) {
      const inner = shown.replaceAll(" ", "").replace(/^\{|\}$/g, "");
      assert.ok(written.includes(inner), `${shown} is not tried`);
    }
  });
}

test("a strict reader refuses a field that it does not know, unless it is told to ignore such", () => {
  assert.match(SECTION, /refuse a field that they do not know/);
  const later = '{"messageIds":["1"],"later":true}';
  assert.throws(() => fromJsonString(SendResultSchema, later), /"later" is unknown/);
  const { messageIds } = fromJsonString(SendResultSchema, later, { ignoreUnknownFields: true });
  assert.deepEqual(messageIds, ["1"]);
});
