/** Arbitrary events of backends for property tests: every published kind, field and block. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BlockSchema, ChatEventSchema } from "@seabird-chat/protocol";
import fc from "fast-check";

export type EventInit = MessageInitShape<typeof ChatEventSchema>;
export type BlockInit = MessageInitShape<typeof BlockSchema>;
type Fields = Record<string, fc.Arbitrary<unknown>>;

const LAST_SECOND = 253_402_300_799n;
const MAX_EMOJI_BYTES = 512;

export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 5 });

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constantFrom("", "\ufeff", "x".repeat(63), "x".repeat(64), "x".repeat(128), "é".repeat(64)),
);
const anyUrl = fc.oneof(anyText, fc.constantFrom("https://x.y", "x.y", "mailto:a@x.y", "a@x.y"));

/** Without a name or password. */
const anySafeUrl = fc.oneof(
  anyText.filter((url) => !url.includes("@")),
  fc.constantFrom("https://x.y/a.png", "//x.y:80/a"),
);
const anyCount = fc.oneof(fc.nat(), fc.constantFrom(0, 127, 128, 2 ** 32 - 1));
const anySize = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), fc.constant(0n));
const anyTime = fc.record({
  seconds: fc.oneof(fc.bigInt({ min: 0n, max: LAST_SECOND }), fc.constant(LAST_SECOND)),
  nanos: fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 268_435_456, 999_999_999)),
});

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

const oneOf = (kind: string, value: fc.Arbitrary<unknown>) =>
  fc.record({ case: fc.constant(kind), value });
const anyMentioned = maybe(
  fc.oneof(oneOf("userId", anyId), oneOf("channelId", anyId), oneOf("everyone", fc.boolean())),
);

/** A tree of at most so many blocks in each other, all good. What `plain` says need not be true. */
export function anyGoodBlock(maxDepth = 5): fc.Arbitrary<BlockInit> {
  const leaf = fc.oneof(
    member("text", { text: anyText }),
    member("inlineCode", { text: anyText }),
    member("fencedCode", { info: anyText, text: anyText }),
    member("timestamp", { inner: anyTime }),
    member("emoji", { text: anyText, id: anyText, url: anySafeUrl }),
    member("attachment", {
      id: anyId,
      url: anySafeUrl,
      name: anyText,
      contentType: anyText,
      sizeBytes: anySize,
      width: anyCount,
      height: anyCount,
      durationMs: anySize,
      description: anyText,
      presentation: fc.nat(9),
      isSpoiler: fc.boolean(),
      expiresAt: maybe(anyTime),
    }),
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
      member("list", { inner: items, isOrdered: fc.boolean() }),
      member("mention", { inner, target: anyMentioned }),
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

const anySomeId = anyId.filter((id) => id !== "");
const withPresent = (fields: Fields): fc.Arbitrary<object> => fc.record(fields).map(withoutMissing);
const anyUserWith = (id: fc.Arbitrary<string>): fc.Arbitrary<object> =>
  withPresent({
    id,
    displayName: anyText,
    avatarUrl: maybe(anySafeUrl),
    isBot: fc.boolean(),
    account: maybe(anyText),
  });
const anyUser = anyUserWith(anyId);
const someUser = anyUserWith(anySomeId);
const anyWhere = (id: fc.Arbitrary<string>) =>
  fc.oneof(oneOf("channelId", id), oneOf("userId", id)).map((where) => ({ where }));
const anyConversation = anyWhere(anySomeId);
const anyLongText = fc.oneof(
  anyText,
  fc.nat(4).map((length) => `${"x".repeat(length)}${"é🎉".repeat(60)}`),
);
const anyInfoWith = (id: fc.Arbitrary<string>): fc.Arbitrary<object> =>
  withPresent({
    id,
    sentAt: maybe(anyTime),
    replyTo: maybe(
      withPresent({
        messageId: anyText,
        author: maybe(anyUser),
        text: anyLongText,
        conversation: maybe(anyWhere(anyId)),
      }),
    ),
    referrer: anyText,
  });
const anyInfo = maybe(anyInfoWith(anyText));
const anyEmoji = fc.record({ text: anySomeId, id: anyText, url: anySafeUrl });

/** An event of each kind that is published, as backends should send it. */
export function anyPublished(block: fc.Arbitrary<BlockInit>): fc.Arbitrary<EventInit> {
  const inChannel = withPresent({ channelId: anyId, user: maybe(anyUser) });
  const content = { text: anyText, rootBlock: maybe(block) };
  const said = { ...content, info: anyInfo };
  const inner = fc.oneof(
    member("message", { source: maybe(inChannel), ...said }),
    member("privateMessage", { source: maybe(anyUser), ...said }),
    member("mention", { source: maybe(inChannel), ...said }),
    member("command", {
      source: maybe(inChannel),
      command: anyText,
      arg: anyText,
      info: anyInfo,
      argBlock: maybe(block),
    }),
    member("action", { source: maybe(inChannel), ...said }),
    member("privateAction", { source: maybe(anyUser), ...said }),
    member("messageEdited", {
      conversation: anyConversation,
      author: maybe(anyUser),
      ...content,
      info: anyInfoWith(anySomeId),
      sender: anyText,
    }),
    member("messageDeleted", {
      conversation: anyConversation,
      messageIds: fc.array(anySomeId, { minLength: 1, maxLength: 4 }),
      by: maybe(anyUser),
      reason: anyText,
      sender: anyText,
    }),
    member("reaction", {
      conversation: anyConversation,
      messageId: anySomeId,
      user: someUser,
      emoji: anyEmoji,
      removed: fc.boolean(),
      sender: anyText,
    }),
    member("typing", {
      conversation: anyConversation,
      user: someUser,
      isActive: fc.boolean(),
      expiresMs: anyCount,
    }),
    member("member", {
      channelId: anySomeId,
      user: someUser,
      change: fc.nat(5),
      by: maybe(anyUser),
      reason: anyText,
    }),
    member("userChanged", { before: maybe(anyUser), user: someUser }),
  );
  return inner.map((each) => ({ inner: each }) as EventInit);
}

const oddValues: readonly unknown[] = [
  undefined,
  "",
  "https://ann:secret@x.y",
  "https://x.y/@ann",
  "x".repeat(21),
  "x".repeat(MAX_EMOJI_BYTES),
  "x".repeat(MAX_EMOJI_BYTES + 1),
  "é".repeat(1_025),
];
/** The fields whose numbers may be negative on the wire. */
const signed = ["nanos", "level", "change", "presentation"];
const oddTimes = [-1n, -62_135_596_801n, LAST_SECOND + 1n, 2n ** 60n];

/** The same with one value changed to one that is missing, too long, out of range, or a secret. */
export function anyOddPublished(block: fc.Arbitrary<BlockInit>): fc.Arbitrary<EventInit> {
  const odd = fc.constantFrom(...oddValues);
  return fc
    .tuple(anyPublished(block), fc.nat(), odd, fc.constantFrom(...oddTimes))
    .map(([event, at, value, time]) => {
      const changed = structuredClone(event);
      const places = placesIn(changed.inner?.value as object);
      const [holder, name] = places[at % places.length] ?? [{}, ""];
      const before = holder[name];
      if (typeof before === "bigint") holder[name] = name === "seconds" ? time : 2n ** 60n;
      else if (typeof before === "number") {
        holder[name] = signed.includes(name) && at % 2 === 0 ? -1 : 2 ** 31 - 1;
      } else if (typeof before === "string") holder[name] = value ?? "";
      else if (value === undefined || value === "") delete holder[name];
      return changed;
    });
}

type Holder = Record<string, unknown>;

/** All fields, but the lists and oneofs themselves. */
function placesIn(value: object): [Holder, string][] {
  return Object.entries(value).flatMap(([name, each]): [Holder, string][] => {
    if (name === "case") return [];
    const isMessage = typeof each === "object" && each !== null;
    const inner = isMessage ? placesIn(each) : [];
    const isOwn = Array.isArray(value) || Array.isArray(each) || (isMessage && "case" in each);
    return isOwn ? inner : [...inner, [value as Holder, name]];
  });
}
