/** The service `seabird.messages.v1.Media` over native gRPC, gRPC-Web and JSON. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type GetMediaResponse, Media, Seabird } from "@seabird-chat/protocol";
import {
  createUpload,
  FETCHES,
  get,
  handsOver,
  post,
  SENDS,
  upload,
  urlOf,
} from "../support/media-stage.ts";
import { type MessageWorld, openMessageWorld, WIRE_NAMES } from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import type { WireCallOptions } from "../support/wires.ts";

const STATUS = {
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
};
const BYTES = Buffer.from("the bytes of a file");
const MAX_BYTES = 1_000;
const LINK = /^https:\/\/chat\.example\/media\/[\w-]{43}\/cat\.png$/;

for (const name of WIRE_NAMES) {
  describe(`files over ${name}`, () => {
    let world: MessageWorld;
    let plugin: WireCallOptions;
    let reader: WireCallOptions;
    let shy: WireCallOptions;
    /** Hands over files; does not; sends files; knows nothing of them. */
    let matrix: RawBackend;
    let mute: RawBackend;
    let discord: RawBackend;
    let irc: RawBackend;

    before(async () => {
      const env = {
        SEABIRD_PUBLIC_URL: "https://chat.example",
        SEABIRD_MEDIA_MAX_FILE_BYTES: String(MAX_BYTES),
      };
      world = await openMessageWorld(name, { env, mediaLimits: { maxPendingUploadsPerToken: 8 } });
      plugin = await world.caller(["plugin"]);
      reader = await world.caller(["read"], "reader");
      shy = await world.caller(["plugin", "-private"], "shy");
      matrix = await world.backend("matrix", FETCHES);
      mute = await world.backend("mute");
      discord = await world.backend("discord", SENDS);
      irc = await world.backend("irc");
    });
    after(() => world.close());

    /** Core has published what a backend sent before. */
    async function seen(backend: RawBackend): Promise<void> {
      const before = world.core.core.broker.status().backends.map((each) => each.eventsReceived);
      const total = before.reduce((sum, count) => sum + count, 0);
      backend.say("#marker", "marker");
      await until("the marker", () => {
        const now = world.core.core.broker.status().backends;
        return now.reduce((sum, { eventsReceived }) => sum + eventsReceived, 0) > total;
      });
    }

    const REFUSED = [
      ["size 0", { name: "a" }, STATUS.INVALID_ARGUMENT, "missing size"],
      [
        "a file that is too large",
        { size: 1_001n },
        STATUS.RESOURCE_EXHAUSTED,
        "file too large: 1001 bytes, limit 1000",
      ],
      [
        "a size of 2^64 - 1",
        { size: 2n ** 64n - 1n },
        STATUS.RESOURCE_EXHAUSTED,
        "file too large: 18446744073709551615 bytes, limit 1000",
      ],
      [
        "a long name",
        { size: 1n, name: "é".repeat(128) },
        STATUS.INVALID_ARGUMENT,
        "name may have 255 bytes",
      ],
      [
        "no media type",
        { size: 1n, contentType: "png\r\nx: y" },
        STATUS.INVALID_ARGUMENT,
        "content_type is no media type such as image/png",
      ],
    ] as const;
    for (const [what, request, status, message] of REFUSED) {
      test(`an upload is refused: ${what}`, async () => {
        const end = await world.wire.unary(Media.method.createUpload, request, plugin);
        assert.deepEqual([end.status, end.message], [status, message]);
      });
    }

    test("an upload needs the scope plugin", async () => {
      const end = await world.wire.unary(Media.method.createUpload, { size: 1n }, reader);
      assert.deepEqual(
        [end.status, end.message],
        [STATUS.PERMISSION_DENIED, 'token lacks the scope "plugin"'],
      );
    });

    test("a token may announce so many uploads", async () => {
      const busy = await world.caller(["plugin"], "busy");
      for (let count = 0; count < 8; count++) await createUpload(world, { size: 1n }, busy);
      const end = await world.wire.unary(Media.method.createUpload, { size: 1n }, busy);
      const message = "too many uploads that have not begun, limit 8";
      assert.deepEqual([end.status, end.message], [STATUS.RESOURCE_EXHAUSTED, message]);
      await upload(world, plugin, BYTES);
    });

    test("what was uploaded has a url, for readers too, and until it is too old", async () => {
      const id = await upload(world, plugin, BYTES, { name: "cat.png", contentType: "image/png" });
      assert.match(id, /^core:\/\/media\/[0-9a-f]{32}$/);
      const end = await get(world, id, reader);
      const { url, expiresAt } = end.response as GetMediaResponse;
      assert.match(url, LINK);
      const leftMs = Number(expiresAt?.seconds) * 1_000 - Date.now();
      assert.ok(leftMs > 167 * 3_600_000 && leftMs <= 168 * 3_600_000, `${leftMs} ms`);
      const opened = await fetch(url.replace("https://chat.example", world.core.url));
      assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
    });

    const BAD_IDS = ["", "nothing", "irc://matrix", "irc://matrix/", "x".repeat(16_385)];
    for (const id of BAD_IDS) {
      test(`no id: ${JSON.stringify(id.slice(0, 20))}`, async () => {
        const end = await get(world, id, plugin);
        assert.deepEqual(
          [end.status, end.message],
          [STATUS.INVALID_ARGUMENT, "failed to parse attachment_id"],
        );
      });
    }

    test("what core has not seen is not found, whoever's it may be", async () => {
      for (const id of ["irc://matrix/unseen", "core://media/unseen", "irc://nobody/x"]) {
        const end = await get(world, id, plugin);
        assert.deepEqual([end.status, end.message], [STATUS.NOT_FOUND, "attachment not found"]);
      }
      assert.ok(matrix.requests.every(({ inner }) => inner.case !== "fetchAttachment"));
    });

    test("a file of a backend is asked for once, however its id is written", async () => {
      const asked = handsOver(matrix, world, BYTES, { "content-type": "image/png" });
      post(matrix, { channelId: "#room" }, { id: "mxc:1", name: "cat.png" });
      await seen(matrix);
      const ids = ["irc://matrix/mxc%3A1", "irc://matrix/mxc:1", "irc://matrix/mxc%3a1"];
      const urls = await Promise.all(ids.map((id) => urlOf(world, id, reader)));
      assert.match(urls[0] ?? "", LINK);
      assert.equal(new Set(urls).size, 1);
      assert.equal(asked.length, 1);
      assert.equal(await urlOf(world, ids[0] ?? "", plugin), urls[0]);
      assert.equal(asked.length, 1);
      const url = (urls[0] ?? "").replace("https://chat.example", world.core.url);
      assert.equal((await fetch(url)).headers.get("content-type"), "image/png");
    });

    test("a failure reaches all that wait, and is remembered for a while", async () => {
      let asked = 0;
      matrix.respond = ({ inner }) => {
        if (inner.case === "fetchAttachment") asked++;
        return { case: "failed", value: { reason: "gone from the server" } };
      };
      post(matrix, { channelId: "#room" }, { id: "gone" });
      await seen(matrix);
      const id = "irc://matrix/gone";
      const ends = await Promise.all([get(world, id, plugin), get(world, id, plugin)]);
      ends.push(await get(world, id, plugin));
      for (const end of ends) {
        assert.deepEqual([end.status, end.message], [STATUS.UNKNOWN, "gone from the server"]);
      }
      assert.equal(asked, 1);
    });

    test("Success without a file is none", async () => {
      matrix.respond = () => ({ case: "success", value: {} });
      post(matrix, { channelId: "#room" }, { id: "none" });
      await seen(matrix);
      const end = await get(world, "irc://matrix/none", plugin);
      assert.deepEqual([end.status, end.message], [STATUS.INTERNAL, "the backend sent no file"]);
    });

    test("another answer is no answer", async () => {
      matrix.respond = () => ({ case: "metadata", value: {} });
      post(matrix, { channelId: "#room" }, { id: "odd" });
      await seen(matrix);
      const end = await get(world, "irc://matrix/odd", plugin);
      assert.deepEqual([end.status, end.message], [STATUS.INTERNAL, "unexpected chat event"]);
    });

    test("a backend that does not hand over files says so, and is not asked", async () => {
      post(mute, { channelId: "#room" }, { id: "x" });
      await seen(mute);
      const end = await get(world, "irc://mute/x", plugin);
      const message = "irc://mute cannot fetch attachments";
      assert.deepEqual([end.status, end.message], [STATUS.FAILED_PRECONDITION, message]);
      assert.deepEqual(mute.requests, []);
    });

    test("a backend that has gone is unknown; while it is asked, it is unavailable", async () => {
      const leaving = await world.backend("leaving", FETCHES);
      leaving.respond = () => undefined;
      for (const id of ["x", "y"]) post(leaving, { channelId: "#room" }, { id });
      await seen(leaving);
      const waiting = get(world, "irc://leaving/x", plugin);
      await until("the request", () => leaving.requests.length === 1);
      await leaving.close();
      const end = await waiting;
      assert.deepEqual([end.status, end.message], [STATUS.UNAVAILABLE, "backend disconnected"]);
      const later = await get(world, "irc://leaving/y", plugin);
      assert.deepEqual([later.status, later.message], [STATUS.NOT_FOUND, "unknown backend"]);
    });

    test("a file of a private conversation has no url", async () => {
      const asked = handsOver(matrix, world, BYTES);
      matrix.send({
        inner: { case: "joinChannel", value: { channelId: "#team", isPrivate: true } },
      });
      post(matrix, {}, { id: "dm" });
      post(matrix, { channelId: "#team" }, { id: "team" });
      await seen(matrix);
      for (const id of ["irc://matrix/dm", "irc://matrix/team"]) {
        const end = await get(world, id, plugin);
        assert.deepEqual(
          [end.status, end.message],
          [STATUS.FAILED_PRECONDITION, "files of private conversations get no url"],
        );
        for (const caller of [shy, reader]) {
          const hidden = await get(world, id, caller);
          const found = [hidden.status, hidden.message];
          assert.deepEqual(found, [STATUS.NOT_FOUND, "attachment not found"]);
        }
      }
      assert.equal(asked.length, 0);
      // Posted in public later, it is everybody's.
      post(matrix, { channelId: "#room" }, { id: "dm" });
      await seen(matrix);
      assert.notEqual(await urlOf(world, "irc://matrix/dm", shy), "");
    });

    async function send(backend: string, file: object): Promise<void> {
      const rootBlock = { inner: { case: "attachment", value: file } } as const;
      const request = { channelId: `irc://${backend}/#c`, rootBlock };
      const end = await world.wire.unary(Seabird.method.sendMessage, request, plugin);
      assert.equal(end.status, 0, end.message);
    }

    const lastFile = (backend: RawBackend) => {
      const { inner } = backend.requests.at(-1) ?? {};
      assert.ok(inner?.case === "sendMessage");
      const block = inner.value.rootBlock?.inner;
      return {
        text: inner.value.text,
        file: block?.case === "attachment" ? block.value : undefined,
      };
    };

    test("a backend without files gets a link, one with files a path besides", async () => {
      const id = await upload(world, plugin, BYTES, { name: "cat.png" });
      await send("irc", { id, name: "cat.png" });
      const { text, file } = lastFile(irc);
      assert.equal(file, undefined);
      assert.match(text, new RegExp(`^cat\\.png: ${LINK.source.slice(1, -1)}$`));
      await send("discord", { id, name: "cat.png" });
      const native = lastFile(discord);
      assert.equal(native.text, text);
      assert.equal(native.file?.id, "");
      assert.equal(native.file?.url, `https://chat.example${native.file?.corePath}`);
      const opened = await fetch(world.core.url + native.file?.corePath);
      assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
    });

    test("a file of another network is fetched when it is sent on, and its link waits", async () => {
      const asked = handsOver(matrix, world, BYTES);
      post(matrix, { channelId: "#room" }, { id: "sent-on", name: "cat.png" });
      await seen(matrix);
      await send("irc", { id: "irc://matrix/sent%2Don", name: "cat.png" });
      const { text } = lastFile(irc);
      const link = text.replace("cat.png: https://chat.example", world.core.url);
      const opened = await fetch(link);
      assert.deepEqual(Buffer.from(await opened.arrayBuffer()), BYTES);
      assert.equal(asked.length, 1);
    });

    test("a private file, an unknown one and one with a url are sent as they are", async () => {
      post(matrix, {}, { id: "secret", name: "cat.png" });
      await seen(matrix);
      for (const id of ["irc://matrix/secret", "irc://matrix/never-seen", "core://media/00"]) {
        await send("irc", { id, name: "cat.png" });
        assert.equal(lastFile(irc).text, "cat.png");
        await send("discord", { id, name: "cat.png" });
        assert.equal(lastFile(discord).file?.corePath, "");
      }
      const id = await upload(world, plugin, BYTES, { name: "cat.png" });
      await send("irc", { id, name: "cat.png", url: "https://a.example/cat.png" });
      assert.equal(lastFile(irc).text, "cat.png: https://a.example/cat.png");
    });

    test("a path at core that a caller or a backend claims is removed", async () => {
      await send("discord", { name: "a", corePath: "/media/x/y" });
      assert.equal(lastFile(discord).file?.corePath, "");
      const tail = await world.watch();
      post(matrix, { channelId: "#room" }, { id: "1", ...{ corePath: "/media/x/y" } });
      await seen(matrix);
      for (const { inner } of await tail.take()) {
        if (inner.case !== "message") continue;
        const block = inner.value.rootBlock?.inner;
        if (block?.case === "attachment") assert.equal(block.value.corePath, "");
      }
    });

    test("a backend's own file keeps its id and gets no link", async () => {
      post(discord, { channelId: "#room" }, { id: "own", name: "cat.png" });
      await seen(discord);
      await send("discord", { id: "irc://discord/own", name: "cat.png" });
      const { id, url, corePath } = lastFile(discord).file ?? {};
      assert.deepEqual([id, url, corePath], ["own", "", ""]);
    });
  });
}

describe("files of private conversations that may be published", () => {
  let world: MessageWorld;
  before(async () => {
    const env = { SEABIRD_MEDIA_PUBLISH_PRIVATE: "yes" };
    world = await openMessageWorld("grpc", { env });
  });
  after(() => world.close());

  test("they have urls for those who may read private messages, and for nobody else", async () => {
    const matrix = await world.backend("matrix", FETCHES);
    const asked = handsOver(matrix, world, BYTES);
    const tail = await world.watch();
    post(matrix, {}, { id: "dm", name: "a" });
    assert.equal((await tail.take()).length, 1);
    const shy = await world.caller(["read"], "shy");
    const reader = await world.caller(["read", "private"], "reader");
    for (const id of ["irc://matrix/dm", "irc://matrix/unseen"]) {
      const hidden = await get(world, id, shy);
      assert.deepEqual([hidden.status, hidden.message], [5, "attachment not found"]);
      assert.match(await urlOf(world, id, reader), /^\/media\/[\w-]{43}\/(a|file)$/);
      // Also now that it is here.
      assert.equal((await get(world, id, shy)).status, 5);
    }
    assert.equal(asked.length, 2);
  });
});
