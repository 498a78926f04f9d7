/** Requests of core as events: what they hold, how they relate, and how long they may be. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  attachment,
  type Block,
  bold,
  container,
  emoji,
  fencedCode,
  mention,
  Presentation,
  plainText,
  text,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { writeBlock } from "./format.ts";
import { filesOf } from "./outbound/files.ts";
import { toProfile } from "./outbound/persona.ts";
import {
  MAX_CONTENT_BYTES,
  MAX_EVENTS,
  NOTICE_TAG,
  type Outgoing,
  planEdit,
  planReaction,
  planSend,
  reactionKey,
  toReplacement,
} from "./outbound.ts";

const IMAGE = { uri: "mxc://seabird.test/abc", contentType: "image/png", sizeBytes: 7 };
const write = (block: Block) => writeBlock(block, { roomOf: (id) => id });
function outgoing(block: Block, more: Partial<Outgoing> = {}): Outgoing {
  return { kind: "message", block, tags: {}, files: new Map(), mayNotifyRoom: true, ...more };
}

function sent(block: Block, more: Partial<Outgoing> = {}) {
  const plan = planSend(outgoing(block, more), write);
  assert.ok("events" in plan, JSON.stringify(plan));
  return plan;
}

/** The content of the only event. */
function contentOf(block: Block, more: Partial<Outgoing> = {}) {
  const { events } = sent(block, more);
  assert.equal(events.length, 1);
  return events[0]?.content;
}

function allUploaded(block: Block): Outgoing["files"] {
  return new Map(filesOf(block).map((file) => [file, IMAGE]));
}

suite("what a message is", () => {
  test("a text, an action, and a notice by its tag", () => {
    const said = text("hello");
    assert.deepEqual(contentOf(said), { msgtype: "m.text", body: "hello", "m.mentions": {} });
    assert.equal(contentOf(said, { kind: "action" })?.["msgtype"], "m.emote");
    assert.equal(contentOf(said, { tags: { [NOTICE_TAG]: "1" } })?.["msgtype"], "m.notice");
    const action = contentOf(said, { kind: "action", tags: { [NOTICE_TAG]: "1" } });
    assert.equal(action?.["msgtype"], "m.emote");
  });

  test("HTML stands beside the text without it", () => {
    const html = planSend(outgoing(bold("x")), () => ({
      ...write(text("x")),
      formattedBody: "<strong>x</strong>",
    }));
    assert.ok("events" in html);
    assert.deepEqual(html.events[0]?.content, {
      msgtype: "m.text",
      ...{ body: "x", format: "org.matrix.custom.html", formatted_body: "<strong>x</strong>" },
      "m.mentions": {},
    });
  });

  test("an empty message is refused", () => {
    for (const block of [text(""), text(" \n"), container([])]) {
      assert.deepEqual(planSend(outgoing(block), write), { refused: "the message is empty" });
    }
  });
});

suite("mentions", () => {
  test("only mention blocks notify, each person once", () => {
    const ann = mention({ userId: "@ann:seabird.test" }, "@ann");
    const said = container([ann, " and ", bold(ann), " but not @bob:seabird.test"]);
    assert.deepEqual(contentOf(said)?.["m.mentions"], { user_ids: ["@ann:seabird.test"] });
  });

  test("everyone, if the bot may; else it is said to be lost", () => {
    const said = mention("everyone", "@room");
    assert.deepEqual(contentOf(said)?.["m.mentions"], { room: true });
    const { events, degraded } = sent(said, { mayNotifyRoom: false });
    assert.deepEqual([events[0]?.content["m.mentions"], degraded], [{}, ["mention"]]);
  });

  test("what is no user's id notifies nobody", () => {
    for (const id of ["ann", "@", "@a b:c", "#room:c", `@${"a".repeat(300)}:c`]) {
      const { events, degraded } = sent(mention({ userId: id }, "@ann"));
      assert.deepEqual([events[0]?.content["m.mentions"], degraded], [{}, ["mention"]], id);
    }
  });
});

suite("replies and threads", () => {
  const relatesTo = (relation: Outgoing["relation"]) =>
    contentOf(text("yes"), { relation })?.["m.relates_to"];

  test("a reply names the event, without a quote in the text", () => {
    assert.deepEqual(relatesTo({ replyTo: "$1" }), { "m.in_reply_to": { event_id: "$1" } });
  });

  test("a thread falls back to its newest message; a reply in it is one", () => {
    const thread = { rootId: "$1", latestId: "$9" };
    assert.deepEqual(relatesTo({ thread }), {
      rel_type: "m.thread",
      event_id: "$1",
      is_falling_back: true,
      "m.in_reply_to": { event_id: "$9" },
    });
    assert.deepEqual(relatesTo({ thread, replyTo: "$5" }), {
      rel_type: "m.thread",
      event_id: "$1",
      is_falling_back: false,
      "m.in_reply_to": { event_id: "$5" },
    });
  });

  test("only the first of several events is the reply, each is in the thread", () => {
    const block = container([attachment({ id: "a" }), attachment({ id: "b" })]);
    const thread = { rootId: "$1", latestId: "$9" };
    const { events } = sent(block, {
      files: allUploaded(block),
      relation: { thread, replyTo: "$5" },
    });
    const answered = events.map(({ content }) => {
      const relation = content["m.relates_to"] as Record<string, { event_id: string }>;
      return [relation["event_id"], relation["m.in_reply_to"]?.event_id];
    });
    assert.deepEqual(answered, [
      ["$1", "$5"],
      ["$1", "$9"],
    ]);
  });
});

suite("personas", () => {
  const profile = toProfile({ id: "", displayName: "Cat <3" }, "mxc://seabird.test/cat");

  test("name and picture, and the name in the text for clients that do not know it", () => {
    assert.deepEqual(contentOf(text("a < b\nc"), { profile }), {
      msgtype: "m.text",
      body: "Cat <3: a < b\nc",
      format: "org.matrix.custom.html",
      formatted_body: "<strong data-mx-profile-fallback>Cat &#60;3: </strong>a &#60; b<br>c",
      "com.beeper.per_message_profile": {
        id: "Cat <3",
        displayname: "Cat <3",
        avatar_url: "mxc://seabird.test/cat",
        has_fallback: true,
      },
      "m.mentions": {},
    });
  });

  test("its id and name have 255 bytes at most, on one line", () => {
    const { id, displayName } = toProfile({ id: "é".repeat(200), displayName: "a\0\nb" }, "");
    assert.deepEqual([Buffer.byteLength(id), displayName], [254, "a b"]);
  });
});

suite("files", () => {
  test("one file takes the text as its caption", () => {
    const file = attachment({ id: "1", name: "cat.png", width: 3, height: 2 });
    const block = container(["a cat: ", file]);
    const { events, degraded } = sent(block, { files: allUploaded(block) });
    assert.deepEqual(degraded, []);
    assert.deepEqual(events, [
      {
        type: "m.room.message",
        content: {
          ...{ msgtype: "m.image", body: "a cat: ", filename: "cat.png" },
          url: "mxc://seabird.test/abc",
          info: { mimetype: "image/png", size: 7, w: 3, h: 2 },
          "m.mentions": {},
        },
      },
    ]);
  });

  test("several files come behind the text, in order, nested ones among them", () => {
    const files = [attachment({ id: "1", name: "a.png" }), attachment({ id: "2", name: "b.png" })];
    const block = container(["two: ", bold(files[0] as Block), files[1] as Block]);
    const { events } = sent(block, { files: allUploaded(block) });
    assert.deepEqual(
      events.map(({ content }) => content["body"]),
      ["two: ", "a.png", "b.png"],
    );
  });

  test("an action stays one: its file comes behind it", () => {
    const block = container(["waves ", attachment({ id: "1", name: "a.png" })]);
    const { events } = sent(block, { kind: "action", files: allUploaded(block) });
    assert.deepEqual(
      events.map(({ content }) => content["msgtype"]),
      ["m.emote", "m.image"],
    );
  });

  test("its kind follows from how it is shown, else from its type", () => {
    const cases = [
      [Presentation.FILE, "image/png", "m.file"],
      [Presentation.UNSPECIFIED, "image/png", "m.image"],
      [Presentation.UNSPECIFIED, "text/plain", "m.file"],
      [Presentation.ANIMATION, "video/mp4", "m.video"],
      [Presentation.ANIMATION, "image/gif", "m.image"],
      [Presentation.VOICE, "audio/ogg", "m.audio"],
      [99 as Presentation, "audio/ogg", "m.audio"],
    ] as const;
    for (const [presentation, contentType, msgtype] of cases) {
      const block = attachment({ id: "1", name: "x", presentation });
      const files = new Map(filesOf(block).map((file) => [file, { ...IMAGE, contentType }]));
      assert.equal(contentOf(block, { files })?.["msgtype"], msgtype);
    }
  });

  test("a sticker is an event of its own kind", () => {
    const block = attachment({ id: "1", name: "hi.png", presentation: Presentation.STICKER });
    const { events } = sent(block, { files: allUploaded(block) });
    assert.ok(events[0]);
    assert.deepEqual([events[0].type, events[0].content["body"]], ["m.sticker", "hi.png"]);
    const { type, content } = toReplacement(events[0], "$1", {});
    assert.deepEqual([type, content["msgtype"]], ["m.room.message", "m.image"]);
  });

  test("a file that the server has not is text, and said to be lost unless it was but a link", () => {
    const url = "https://example.org/cat.png";
    for (const [more, lost] of [
      [{}, []],
      [{ contentType: "image/png" }, ["attachment"]],
      [{ presentation: Presentation.IMAGE }, ["attachment"]],
    ] as const) {
      const file = attachment({ name: "cat.png", url, ...more });
      const { events, degraded } = sent(container(["see ", file]));
      assert.equal(events[0]?.content["body"], "see cat.png: https://example.org/cat.png");
      assert.deepEqual(degraded, lost);
    }
  });
});

suite("emoji", () => {
  test("one of another network's own is its text", () => {
    assert.deepEqual(sent(emoji("👍")).degraded, []);
    assert.deepEqual(sent(emoji(":cat:", { id: "mxc://seabird.test/a" })).degraded, []);
    assert.deepEqual(sent(emoji(":cat:", { id: "17" })).degraded, ["emoji"]);
  });

  test("a reaction is its emoji, or the address of a picture", () => {
    assert.equal(reactionKey({ text: "👍", id: "" }), "👍");
    assert.equal(reactionKey({ text: "", id: "17" }), undefined);
    const key = reactionKey({ text: ":cat:", id: "mxc://seabird.test/a" }) ?? "";
    assert.deepEqual(planReaction("$1", key, ":cat:").content, {
      "m.relates_to": { rel_type: "m.annotation", event_id: "$1", key: "mxc://seabird.test/a" },
      "com.beeper.reaction.shortcode": ":cat:",
    });
  });
});

suite("edits", () => {
  const edited = (block: Block, before: readonly string[] = []) => {
    const plan = planEdit(outgoing(block), write);
    assert.ok("events" in plan);
    const [event] = plan.events;
    assert.ok(event);
    return toReplacement(event, "$1", { user_ids: before }).content;
  };

  test("the new content, and a text with a star for clients that do not know edits", () => {
    assert.deepEqual(edited(text("now")), {
      ...{ msgtype: "m.text", body: "* now", "m.mentions": {} },
      "m.new_content": { msgtype: "m.text", body: "now", "m.mentions": {} },
      "m.relates_to": { rel_type: "m.replace", event_id: "$1" },
    });
  });

  test("notifies those who were not mentioned before", () => {
    const block = container([
      mention({ userId: "@ann:x.test" }, "@ann"),
      mention({ userId: "@bob:x.test" }, "@bob"),
    ]);
    const content = edited(block, ["@ann:x.test"]);
    assert.deepEqual(content["m.mentions"], { user_ids: ["@bob:x.test"] });
    const fresh = content["m.new_content"] as Record<string, unknown>;
    assert.deepEqual(fresh["m.mentions"], { user_ids: ["@ann:x.test", "@bob:x.test"] });
  });
});

suite("size", () => {
  const sizeOf = (content: unknown) => Buffer.byteLength(JSON.stringify(content));

  test("a long text becomes several events that are the text again", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("word ", "ü", "\u0007", "<&>", "\n", '"\\', "👍🏽"),
        fc.integer({ min: 1, max: 150_000 }),
        (unit, bytes) => {
          const said = unit.repeat(Math.ceil(bytes / Buffer.byteLength(unit)));
          const plain = (block: Block) => ({ ...write(block), body: plainText(block) });
          const plan = planSend(outgoing(text(`x${said}x`)), plain);
          if ("refused" in plan) return assert.match(plan.refused, /does not fit into 20 events/);
          for (const { content } of plan.events) assert.ok(sizeOf(content) <= MAX_CONTENT_BYTES);
          const whole = plan.events.map(({ content }) => content["body"]).join("");
          assert.equal(whole, `x${said}x`);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("blocks of a container are kept whole", () => {
    const lines = Array.from({ length: 400 }, (_, index) => bold(`${index} ${"x".repeat(250)}`));
    const { events } = sent(container(lines));
    const bodies = events.map(({ content }) => content["body"]).join("");
    assert.deepEqual([events.length, bodies], [4, plainText(container(lines))]);
    for (const { content } of events) assert.ok(sizeOf(content) <= MAX_CONTENT_BYTES);
  });

  test("what is written for it grows with the message, and not faster", () => {
    const charactersFor = (count: number) => {
      let written = 0;
      const counted = (block: Block) => {
        written += block.plain.length;
        return write(block);
      };
      const lines = Array.from({ length: count }, () => bold("x".repeat(50)));
      assert.ok("events" in planSend(outgoing(container(lines)), counted));
      return written;
    };
    const [once, twice] = [charactersFor(1_000), charactersFor(2_000)];
    assert.ok(twice < 2.2 * once, `${once}, ${twice}`);
    assert.ok(twice < 8 * 2_000 * 50, `${twice}`);
  });

  test("of too many blocks is refused before it is written", () => {
    const many = container(Array.from({ length: 30_000 }, () => text("x")));
    const refused = planSend(outgoing(many), () => assert.fail());
    assert.deepEqual(refused, { refused: "the message has more than 20000 blocks" });
  });

  test("what cannot be cut, or is longer than that, is refused in words", () => {
    const words = /^the message, \d+ bytes of text, does not fit into 20 events of 60000 bytes$/;
    for (const block of [
      fencedCode("x".repeat(MAX_CONTENT_BYTES), "text"),
      text("x".repeat(MAX_CONTENT_BYTES * MAX_EVENTS)),
    ]) {
      const plan = planSend(outgoing(block), write);
      assert.ok("refused" in plan);
      assert.match(plan.refused, words);
    }
  });

  test("an edit has half of it, since it holds its content twice", () => {
    const plan = planEdit(outgoing(text("x".repeat(50_000))), write);
    assert.ok("events" in plan);
    for (const event of plan.events) {
      const { content } = toReplacement(event, "$1", {});
      assert.ok(sizeOf(content) <= MAX_CONTENT_BYTES + 200);
    }
  });
});
