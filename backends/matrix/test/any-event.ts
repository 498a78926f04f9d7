/** Arbitrary events of a room, which no honest server sends. */
import fc from "fast-check";

/** Who sends most of them. */
export const SENDER = "@ann:example.org";

/** Types of events, the commonest more than once. */
export const TYPES = [
  ...["m.room.message", "m.sticker", "m.reaction", "m.room.redaction", "m.room.member"],
  ...["m.room.message", "m.room.message", "m.room.message", "m.room.message"],
  ...[
    "m.room.name",
    "m.room.topic",
    "m.room.encrypted",
    "m.typing",
    "constructor",
    "__proto__",
    "",
  ],
];
const kinds = [
  ...["m.text", "m.notice", "m.emote", "m.image", "m.file", "m.audio", "m.video", "m.location"],
  ...["m.key.verification.request", "m.server_notice", "toString", "__proto__"],
];

/** A value of the right type now and then, and of any other. */
const anyValue = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[
        "$a",
        "$r",
        "$e",
        "$x",
        SENDER,
        "@bot:example.org",
        "",
        "a",
        "\ud800",
        "\0",
        "x".repeat(600),
      ],
      ...[
        "mxc://a.example/x",
        "mxc://../..",
        "geo:1,2",
        "👍",
        "<b>a",
        "> <@a:b> q\n\na",
        true,
        false,
      ],
      ...[0, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER, null, [], {}, [[]], "m.replace", "m.thread"],
      ...["m.annotation", "join", "leave", "ban", "invite", "org.matrix.custom.html", "image/gif"],
    ),
  },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 1, withBigInt: true }) },
);

const record = (keys: readonly string[], more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record(
    { ...Object.fromEntries(keys.map((key) => [key, anyValue])), ...more },
    { requiredKeys: [] },
  );
const orAny = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: anyValue });

const relation = orAny(
  record(["key", "is_falling_back"], {
    rel_type: fc.oneof(fc.constantFrom("m.replace", "m.thread", "m.annotation"), anyValue),
    event_id: fc.oneof(fc.constantFrom("$a", "$r", "$x"), anyValue),
    "m.in_reply_to": orAny(record(["event_id"])),
  }),
);
/** Fields of contents whose values are right now and then. */
export const FIELDS: Record<string, fc.Arbitrary<unknown>> = {
  msgtype: orAny(fc.constantFrom(...kinds)),
  format: fc.oneof(fc.constant("org.matrix.custom.html"), anyValue),
  body: orAny(fc.string({ minLength: 1 })),
  info: orAny(record(["mimetype", "size", "w", "h", "duration", "is_animated", "fi.mau.gif"])),
  "m.mentions": orAny(record(["user_ids", "room"])),
  "m.per_message_profile": orAny(record(["id", "displayname", "has_fallback"])),
  "m.relates_to": relation,
};
/** Fields of contents whose values are anything. */
export const NAMES = [
  ...["formatted_body", "url", "file", "filename", "geo_uri", "shortcode", "redacts", "reason"],
  ...["membership", "displayname", "name", "topic", "user_ids"],
];
const anyContent = (more: Record<string, fc.Arbitrary<unknown>> = {}) =>
  orAny(
    fc.record(
      { ...Object.fromEntries(NAMES.map((key) => [key, anyValue])), ...FIELDS, ...more },
      { requiredKeys: ["msgtype", "body"] },
    ),
  );
const content = anyContent({ "m.new_content": anyContent() });
const honest = {
  type: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...TYPES) },
    { weight: 1, arbitrary: anyValue },
  ),
  event_id: fc.oneof(
    { weight: 5, arbitrary: fc.constant("$1") },
    { weight: 1, arbitrary: anyValue },
  ),
  sender: fc.oneof(
    { weight: 5, arbitrary: fc.constant(SENDER) },
    { weight: 1, arbitrary: anyValue },
  ),
};
/** Now and then one that says something. */
export const anyEvent: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record(
      {
        ...{
          ...honest,
          content,
          origin_server_ts: anyValue,
          redacts: anyValue,
          state_key: anyValue,
        },
        unsigned: orAny(record(["age"], { prev_content: orAny(record(NAMES)) })),
      },
      { requiredKeys: ["type", "event_id", "sender", "content"] },
    ),
  },
  { weight: 1, arbitrary: anyValue },
);
