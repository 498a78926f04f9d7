/** Arbitrary events of backends for property tests: every published kind, field and block. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BlockSchema, ChatEventSchema } from "@seabird-chat/protocol";
import fc from "fast-check";

export type EventInit = MessageInitShape<typeof ChatEventSchema>;
export type BlockInit = MessageInitShape<typeof BlockSchema>;
type Fields = Record<string, fc.Arbitrary<unknown>>;

const LAST_SECOND = 253_402_300_799n;

export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 5 });

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constantFrom("", "\ufeff", "x".repeat(63), "x".repeat(64), "x".repeat(128), "é".repeat(64)),
);
const anyUrl = fc.oneof(anyText, fc.constantFrom("https://x.y", "x.y", "mailto:a@x.y", "a@x.y"));

/** At most 20 bytes. */
export const anyId: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 5 }),
);

/** Names that objects treat specially are among them. */
export const anyTags: fc.Arbitrary<{ [name: string]: string }> = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom("irc/msgid", "proxy/skip", "__proto__", "constructor", "core", "seabird"),
        fc.constantFrom("core/original-format", "core/", "seabird-core/x", "1", "2fa", "007"),
        anyText,
      ),
      anyText,
    ),
    { maxLength: 5 },
  )
  .map((entries) => Object.fromEntries(entries));

/** A member of a oneof. */
function member(kind: string, fields: Fields): fc.Arbitrary<{ case: string; value: object }> {
  return fc.record(fields).map((value) => ({ case: kind, value: withoutMissing(value) }));
}

function withoutMissing(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

/** A tree of at most so many blocks in each other, all good. What `plain` says need not be true. */
export function anyGoodBlock(maxDepth = 5): fc.Arbitrary<BlockInit> {
  const seconds = fc.bigInt({ min: 0n, max: LAST_SECOND });
  const nanos = fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 268_435_456, 999_999_999));
  const leaf = fc.oneof(
    member("text", { text: anyText }),
    member("inlineCode", { text: anyText }),
    member("fencedCode", { info: anyText, text: anyText }),
    member("timestamp", { inner: fc.record({ seconds, nanos }) }),
  );
  const { block } = fc.letrec<{ block: BlockInit }>((tie) => {
    const inner = tie("block");
    const items = fc.array(inner, { maxLength: 4 });
    const node = fc.oneof(
      member("italics", { inner }),
      member("bold", { inner }),
      member("underline", { inner }),
      member("strikethrough", { inner }),
      member("spoiler", { inner }),
      member("blockquote", { inner }),
      member("heading", { level: fc.nat(), inner }),
      member("link", { url: anyUrl, inner }),
      member("list", { inner: items }),
      member("container", { inner: items }),
    );
    const any = fc.oneof(
      { maxDepth, depthSize: "max" },
      { arbitrary: leaf, weight: 1 },
      { arbitrary: node, weight: 2 },
    );
    const block = fc.record({ plain: anyText, inner: any });
    return { block: block as unknown as fc.Arbitrary<BlockInit> };
  });
  return block;
}

/** Blocks that are refused, or that no encoder of today writes, alone and in a good one. */
export function anyOddBlock(): fc.Arbitrary<BlockInit> {
  const at = (seconds: bigint, nanos: number): BlockInit => ({
    inner: { case: "timestamp", value: { inner: { seconds, nanos } } },
  });
  const odd: BlockInit[] = [
    {},
    { plain: "x" },
    { inner: { case: "bold", value: {} } },
    { inner: { case: "link", value: { url: "u" } } },
    { inner: { case: "timestamp", value: {} } },
    { inner: { case: "heading", value: { level: -1, inner: text("x") } } },
    { inner: { case: "container", value: { inner: [text("a"), {}] } } },
    at(-1n, 0),
    at(LAST_SECOND + 1n, 0),
    at(2n ** 60n, 0),
    at(0n, 1_000_000_000),
    at(0n, -1),
  ];
  return fc
    .tuple(fc.constantFrom(...odd), fc.nat(2))
    .map(([inner, depth]) => (depth > 0 ? nested(depth, inner) : inner));
}

export function text(content: string): BlockInit {
  return { inner: { case: "text", value: { text: content } } };
}

/** So many bold blocks in each other around a block. */
export function nested(depth: number, block: BlockInit): BlockInit {
  let outer = block;
  for (let i = 0; i < depth; i++) outer = { inner: { case: "bold", value: { inner: outer } } };
  return outer;
}

/** The inner value of an event of each kind that is published. */
export function anyPublished(block: fc.Arbitrary<BlockInit>): fc.Arbitrary<EventInit> {
  const user = fc.record({ id: anyId, displayName: anyText });
  const inChannel = fc.record({ channelId: anyId, user: maybe(user) }).map(withoutMissing);
  const content = { text: anyText, rootBlock: maybe(block) };
  const inner = fc.oneof(
    member("message", { source: maybe(inChannel), ...content }),
    member("privateMessage", { source: maybe(user), ...content }),
    member("mention", { source: maybe(inChannel), ...content }),
    member("command", { source: maybe(inChannel), command: anyText, arg: anyText }),
    member("action", { source: maybe(inChannel), ...content }),
    member("privateAction", { source: maybe(user), ...content }),
  );
  return inner.map((each) => ({ inner: each }) as EventInit);
}
