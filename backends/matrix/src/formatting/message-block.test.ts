/** Files, stickers and places in messages. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { attachment, contentBlock, Presentation } from "@seabird-chat/protocol";
import { read } from "../../test/room-fixture.ts";

suite("files and places", () => {
  const url = "mxc://a.example/x";
  const block = (content: object, more: object = {}) => {
    const [heard] = read(content, more);
    return heard?.kind === "message" ? (heard.message.block ?? heard.message.text) : undefined;
  };

  test("a picture with all that is known of it", () => {
    const info = { mimetype: "image/png", size: 7, w: 10, h: 20.5, is_animated: false };
    assert.deepEqual(
      block({ msgtype: "m.image", body: "cat.png", url, info }),
      attachment({
        ...{ id: url, name: "cat.png", contentType: "image/png", sizeBytes: 7 },
        ...{ width: 10, height: 20, presentation: Presentation.IMAGE },
      }),
    );
  });

  const kinds: readonly [what: string, content: object, expected: Presentation][] = [
    ["a file", { msgtype: "m.file" }, Presentation.FILE],
    ["a video", { msgtype: "m.video" }, Presentation.VIDEO],
    ["audio", { msgtype: "m.audio" }, Presentation.AUDIO],
    ["a voice message", { msgtype: "m.audio", "org.matrix.msc3245.voice": {} }, Presentation.VOICE],
    ["a gif", { msgtype: "m.image", info: { mimetype: "image/gif" } }, Presentation.ANIMATION],
    [
      "a video that is a gif",
      { msgtype: "m.video", info: { "fi.mau.gif": true } },
      Presentation.ANIMATION,
    ],
  ];
  for (const [what, content, presentation] of kinds) {
    test(what, () => {
      const { mimetype: contentType = "" } =
        (content as { info?: { mimetype?: string } }).info ?? {};
      const expected = attachment({ id: url, name: "x", contentType, presentation });
      assert.deepEqual(block({ body: "x", url, ...content }), expected);
    });
  }

  test("its caption comes first, so that it may be a command", () => {
    const content = { msgtype: "m.image", body: "!ocr", filename: "a.png", url };
    const file = attachment({ id: url, name: "a.png", presentation: Presentation.IMAGE });
    assert.deepEqual(block(content), contentBlock(["!ocr", "\n", file]));
    assert.deepEqual(block({ ...content, body: "a.png" }), file);
  });

  test("a sticker, whose text describes it", () => {
    const presentation = Presentation.STICKER;
    const expected = attachment({ id: url, name: "hi", description: "hi", presentation });
    assert.deepEqual(block({ body: "hi", url }, { type: "m.sticker" }), expected);
  });

  test("a file behind a spoiler", () => {
    const content = { "page.codeberg.everypizza.msc4193.spoiler": true };
    const expected = { id: url, name: "x", isSpoiler: true, presentation: Presentation.IMAGE };
    const given = { msgtype: "m.image", body: "x", url, ...content };
    assert.deepEqual(block(given), attachment(expected));
  });

  test("wrong sizes and types count as unknown", () => {
    const info = { mimetype: "a b", size: -1, w: 2 ** 40, h: "7", duration: 1e300 };
    const expected = { id: url, name: "x", presentation: Presentation.FILE };
    assert.deepEqual(block({ msgtype: "m.file", body: "x", url, info }), attachment(expected));
  });

  test("encrypted files, and urls of another kind, are nothing", () => {
    for (const more of [
      { file: { url } },
      {},
      { url: "https://a.example/x" },
      { url: "mxc://a/../b" },
    ]) {
      assert.deepEqual(read({ msgtype: "m.image", body: "x", ...more }), []);
    }
  });

  test("a place", () => {
    const content = { msgtype: "m.location", body: "here", geo_uri: "geo:51.5,-0.1;u=35" };
    assert.deepEqual(block(content), "here (geo:51.5,-0.1;u=35)");
    assert.deepEqual(block({ ...content, body: "geo:51.5,-0.1;u=35" }), "geo:51.5,-0.1;u=35");
    assert.deepEqual(block({ ...content, geo_uri: "javascript:x" }), "here");
    assert.deepEqual(block({ ...content, body: "" }), "geo:51.5,-0.1;u=35");
  });
});
