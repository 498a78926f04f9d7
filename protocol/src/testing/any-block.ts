/** Arbitrary trees of blocks for property tests: every kind, unknown ones and fields included. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { type Block, BlockSchema, type MentionBlock } from "../gen/common_pb.js";

const LATER_FIELD = 99;
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_799n;

/** A block of a kind that this edition does not know. */
export function laterKind(plain: string): Block {
  const data = new Uint8Array([3, 0x0a, 1, 0x78]);
  const field = { no: LATER_FIELD, wireType: WireType.LengthDelimited, data };
  return { ...create(BlockSchema, { plain }), $unknown: [field] };
}

type Inner = NonNullable<MessageInitShape<typeof BlockSchema>["inner"]>;
type MentionTarget = MentionBlock["target"];

/** A tree as a sender may write it: what `plain` says need not be true. */
export function anyBlock(): fc.Arbitrary<Block> {
  return fc.letrec<{ block: Block }>((tie) => {
    const child = tie("block");
    const inner = fc.oneof(
      { maxDepth: 7, depthSize: "max" },
      { arbitrary: anyLeaf(), weight: 1 },
      { arbitrary: anyNode(child), weight: 2 },
    );
    const known = fc
      .tuple(anyWords(), inner)
      .map(([plain, each]) => create(BlockSchema, { plain, inner: each }));
    return {
      block: fc.tuple(known, fc.nat(9)).chain(([each, luck]) => sometimesUnknown(each, luck)),
    };
  }).block;
}

/** One in ten blocks is of a later kind, one has no kind but words, and one carries a later field. */
function sometimesUnknown(block: Block, luck: number): fc.Arbitrary<Block> {
  if (luck === 0) return anyWords().map(laterKind);
  if (luck === 1) return anyWords().map((plain) => create(BlockSchema, { plain: plain || "x" }));
  if (luck > 2) return fc.constant(block);
  const later = laterKind("").$unknown ?? [];
  if (block.inner.case !== undefined) block.inner.value.$unknown = later;
  block.$unknown = later;
  return fc.constant(block);
}

function anyWords(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("", "https://x.y", "x.y", "a@x.y", "mailto:a@x.y"),
    fc.constant("long ".repeat(40)),
  );
}

function anyLeaf(): fc.Arbitrary<Inner> {
  const seconds = fc.bigInt({ min: FIRST_SECOND, max: LAST_SECOND });
  const nanos = fc.integer({ min: 0, max: 999_999_999 });
  const time = fc.record({ seconds, nanos });
  return fc.oneof(
    anyWords().map((text): Inner => ({ case: "text", value: { text } })),
    anyWords().map((text): Inner => ({ case: "inlineCode", value: { text } })),
    fc
      .record({ text: anyWords(), info: anyWords() })
      .map((value): Inner => ({ case: "fencedCode", value })),
    time.map((inner): Inner => ({ case: "timestamp", value: { inner } })),
    fc
      .record({ text: anyWords(), id: anyWords(), url: anyWords() })
      .map((value): Inner => ({ case: "emoji", value })),
    anyAttachment(time).map((value): Inner => ({ case: "attachment", value })),
  );
}

function anyAttachment(time: fc.Arbitrary<{ seconds: bigint; nanos: number }>) {
  const uint32 = fc.nat(2 ** 32 - 1);
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  return fc.record(
    {
      id: anyWords(),
      url: anyWords(),
      name: anyWords(),
      contentType: anyWords(),
      sizeBytes: uint64,
      width: uint32,
      height: uint32,
      durationMs: uint64,
      description: anyWords(),
      corePath: anyWords(),
      presentation: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      isSpoiler: fc.boolean(),
      expiresAt: time,
    },
    { requiredKeys: [] },
  );
}

function anyTarget(): fc.Arbitrary<MentionTarget> {
  return fc.oneof(
    anyWords().map((value): MentionTarget => ({ case: "userId", value })),
    anyWords().map((value): MentionTarget => ({ case: "channelId", value })),
    fc.boolean().map((value): MentionTarget => ({ case: "everyone", value })),
    fc.constant({ case: undefined }),
  );
}

function anyNode(child: fc.Arbitrary<Block>): fc.Arbitrary<Inner> {
  const items = fc.array(child, { maxLength: 4 });
  const level = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const wrapper = fc.constantFrom(
    "italics" as const,
    "bold" as const,
    "underline" as const,
    "strikethrough" as const,
    "spoiler" as const,
    "blockquote" as const,
  );
  return fc.oneof(
    fc.tuple(wrapper, child).map(([kind, inner]): Inner => ({ case: kind, value: { inner } })),
    fc.record({ level, inner: child }).map((value): Inner => ({ case: "heading", value })),
    fc.record({ url: anyWords(), inner: child }).map((value): Inner => ({ case: "link", value })),
    fc
      .record({ inner: items, isOrdered: fc.boolean() })
      .map((value): Inner => ({ case: "list", value })),
    fc
      .record({ inner: child, target: anyTarget() })
      .map((value): Inner => ({ case: "mention", value })),
    items.map((inner): Inner => ({ case: "container", value: { inner } })),
  );
}
