/** What could go round and round for ever: each is let run for a minute and more, and none does. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plugin } from "@seabird-chat/sdk";
import { FakeClock, testbed } from "@seabird-chat/testkit";
import { bridge } from "./index.ts";
import { LinkGuard } from "./link-guard.ts";
import { TypingLimits } from "./typing-limits.ts";

const NETWORKS = ["irc/libera", "matrix/home"] as const;
const CHANNELS = ["irc://libera/#lobby", "matrix://home/#lobby"];

async function world(
  options: {
    plugins?: readonly ReturnType<typeof plugin>[];
    backends?: Parameters<typeof testbed>[0]["backends"];
    settings?: object;
  } = {},
) {
  const bed = await testbed({
    plugins: [bridge, ...(options.plugins ?? [])],
    backends: options.backends ?? [{ name: "irc/libera", without: ["persona"] }, "matrix/home"],
    config: {
      bridge: { links: { lobby: CHANNELS }, database: ":memory:", ...options.settings },
    },
  });
  const rooms = NETWORKS.map((name) => bed.channel("#lobby", name));
  let seen = 0;
  return {
    bed,
    rooms,
    /** What plugins have sent since, taken so that the testbed does not miss it. */
    async taken(): Promise<readonly { network: number; text: string }[]> {
      await bed.idle();
      const taken = [];
      for (; seen < bed.sent.length; seen++) {
        const to = bed.sent[seen]?.to ?? "";
        const network = to.startsWith("matrix") ? 1 : 0;
        const { text } = (await rooms[network]?.expect(/.*/s)) ?? {};
        taken.push({ network, text: text ?? "" });
      }
      return taken;
    },
    [Symbol.asyncDispose]: () => bed.close(),
  };
}

type World = Awaited<ReturnType<typeof world>>;

/** Says in the same rooms of each world what the others have sent; in how many messages that ends. */
async function untilQuiet(worlds: readonly World[], stepMs: string): Promise<number> {
  let count = 0;
  for (let quiet = 0; quiet < 2; quiet++) {
    for (const [index, { taken }] of worlds.entries()) {
      for (const { network, text } of await taken()) {
        count += 1;
        assert.ok(count < 200, "it goes on and on");
        quiet = 0;
        for (const other of worlds.filter((each) => each !== worlds[index])) {
          await other.rooms[network]?.say(`bot${index}`, text);
        }
      }
    }
    for (const { bed } of worlds) await bed.clock.advance(stepMs);
  }
  return count;
}

describe("what goes round", () => {
  for (const step of ["200ms", "9s"]) {
    it(`ends between two bridges of different cores in the same rooms, every ${step}`, async () => {
      await using one = await world();
      await using other = await world();
      for (const { rooms } of [one, other]) await rooms[0]?.say("ann", "hello there");
      await untilQuiet([one, other], step);
      for (const { bed } of [one, other]) await bed.clock.advance("61s");
      assert.equal(await untilQuiet([one, other], step), 0);
    });
  }

  it("ends with the proxy plugin of the original beside it", async () => {
    const proxy = plugin("proxy");
    const other = (id: string) => (id.startsWith("irc") ? CHANNELS[1] : CHANNELS[0]) ?? "";
    proxy.on("message", async ({ core, channelId, user, text }) => {
      await core.sendMessage(other(channelId), `<${user.displayName}>: ${text}`);
    });
    proxy.on("sendMessage", async ({ core, channelId, text, tags, sender }) => {
      if (tags["proxy/skip"] === "1" || sender === "proxy") return;
      await core.sendMessage(other(channelId), text, { tags });
    });
    await using w = await world({ plugins: [proxy] });
    await w.rooms[0]?.say("ann", "hello there");
    assert.ok((await w.taken()).length <= 8);
    await w.bed.clock.advance("61s");
    assert.equal((await w.taken()).length, 0);
  });

  it("ends with another bridge on the same core whose links make a ring", async () => {
    const ring = plugin("ring");
    ring.on("sendMessage", async ({ core, channelId, text, tags }) => {
      if (!channelId.startsWith("matrix")) return;
      const own = { ...tags, "bridge/id": "ring", "proxy/source-channel-id": channelId };
      await core.sendMessage("irc://libera/#lobby", text, { tags: own });
    });
    await using w = await world({ plugins: [ring] });
    await w.rooms[0]?.say("ann", "hello there");
    assert.equal((await w.taken()).length, 2);
  });

  it("ends with a bot that repeats whatever is said, and with one that puts a name in front", async () => {
    for (const repeat of [(text: string) => text, (text: string) => `<gateway> ${text}`]) {
      await using w = await world();
      await w.rooms[0]?.say("ann", "hello there");
      let count = 0;
      for (let round = 0; round < 100; round++) {
        for (const { network, text } of await w.taken()) {
          count += 1;
          await w.rooms[network]?.say("parrot", repeat(text));
        }
        await w.bed.clock.advance("600ms");
      }
      assert.ok(count < 20, `${count} messages`);
      assert.deepEqual(await w.taken(), []);
    }
  });

  it("is not begun by our own bots of one network in one room", async () => {
    const nets = (own: readonly object[]) =>
      [
        { name: "irc/libera", metadata: own[0], without: ["persona"] },
        { name: "irc/second", metadata: own[1] },
        "matrix/home",
      ] as Parameters<typeof testbed>[0]["backends"];
    const cases = [
      { own: [{ server: "a:6667" }, { server: "a:6667" }], who: "second" },
      { own: [{}, { user: "@second:example.org" }], who: "@second:example.org" },
    ];
    for (const { own, who } of cases) {
      const [one, other] = own;
      await using w = await world({
        backends: nets([
          { nick: "first", ...one },
          { nick: "second", ...other },
        ]),
      });
      w.bed.user(who, { displayName: "second" });
      await w.rooms[0]?.say(who, "a copy of what was said there");
      await w.rooms[0]?.typing(who);
      assert.deepEqual(await w.taken(), []);
      assert.equal(w.rooms[1]?.isTyping, false);
    }
  });
});

describe("a bridge", () => {
  it("hears a room once in which two of its networks' bots are", async () => {
    const channels = ["irc://libera/#lobby", "irc://second/#lobby", "matrix://home/#lobby"];
    const irc = { metadata: { server: "a:6667" }, without: ["persona"] } as const;
    await using w = await world({
      settings: { links: { lobby: channels } },
      backends: [{ name: "irc/libera", ...irc }, { name: "irc/second", ...irc }, "matrix/home"],
    });
    const second = w.bed.channel("#lobby", "irc/second");
    for (const room of [w.rooms[0], second]) await room?.say("ann", "hello there");
    assert.deepEqual(await w.taken(), [{ network: 1, text: "hello there" }]);
    await second.expectNothing();
  });

  it("does not tell for ever that somebody types", async () => {
    const clock = new FakeClock();
    const limits = new TypingLimits(() => clock.now());
    const shown = [];
    for (let second = 0; second < 150; second += 10) {
      shown.push(limits.mayShow("room", "gateway"));
      await clock.advance("10s");
    }
    assert.deepEqual([shown.lastIndexOf(true), limits.mayShow("room", "ann")], [5, true]);
    limits.said("room", "gateway");
    assert.equal(limits.mayShow("room", "gateway"), true);
    assert.deepEqual([limits.isDue("other"), limits.isDue("other")], [true, false]);
  });

  it("keeps a topic that another network has cut", async () => {
    await using w = await world({ settings: { topics: true } });
    await w.bed.changeChannel("#lobby", { backend: "matrix/home", topic: "tea\nand cake" });
    await w.bed.idle();
    await w.bed.changeChannel("#lobby", { backend: "irc/libera", topic: "tea and" });
    const topics = w.bed.requests.filter(({ kind }) => kind === "topic");
    assert.deepEqual(
      topics.map(({ backend }) => backend),
      ["irc/libera"],
    );
    await w.bed.changeChannel("#lobby", { backend: "irc/libera", topic: "coffee" });
    assert.equal(w.bed.requests.filter(({ kind }) => kind === "topic").length, 2);
  });
});

describe("LinkGuard", () => {
  const guardOf = (clock: FakeClock) =>
    new LinkGuard({ maxPerWindow: () => 60, now: () => clock.now(), isStopped: () => false });

  it("lets people say the same now and then, and pauses what comes and goes", async () => {
    const clock = new FakeClock();
    const guard = guardOf(clock);
    for (let n = 0; n < 30; n++) {
      assert.equal(guard.check({ words: "lol", channelId: "a" }).isPaused, false);
      await clock.advance("4s");
    }
    const turns = [];
    for (let n = 0; n < 30; n++) {
      turns.push(guard.check({ words: "hello", channelId: n % 2 ? "a" : "b" }).isPaused);
      await clock.advance("9s");
    }
    assert.equal(turns.indexOf(true), 7);
  });

  it("counts what is no text, but does not compare it", () => {
    const guard = guardOf(new FakeClock());
    const states = Array.from({ length: 61 }, () => guard.check(undefined).isPaused);
    assert.equal(states.indexOf(true), 60);
  });
});
