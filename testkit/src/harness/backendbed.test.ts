/** `backendbed()`: a backend definition on the real core, over a network of the test's own. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { bold, text } from "@seabird-chat/sdk";
import { type BackendHost, backend, Fatal, Refused } from "@seabird-chat/sdk/backend";
import { backendbed } from "./backendbed.ts";
import { showBlock } from "./show-block.ts";

/** A network in this process; the test controls its end. */
function scripted() {
  const said: string[] = [];
  let host: BackendHost | undefined;
  let lose: (reason: Error) => void = () => undefined;
  const definition = backend("scripted", {
    commandPrefix: "+",
    connect(given) {
      host = given as BackendHost;
      host.self = "robin";
      host.channels.joined({ id: "#hall", topic: "welcome" });
      const { promise: closed, reject } = Promise.withResolvers<never>();
      lose = reject;
      return {
        send: (to, message) => {
          if (to.id === "#closed") throw new Refused("the channel is closed");
          said.push(`${to.kind} ${to.id} ${message.kind} ${showBlock(message.block)}`);
        },
        join: (name) => ({ id: name, displayName: `channel ${name}` }),
        leave: () => undefined,
        closed,
        close: () => undefined,
      };
    },
  });
  const network = {
    definition,
    said,
    get host(): BackendHost {
      assert.ok(host !== undefined);
      return host;
    },
    lose: (reason: Error) => lose(reason),
  };
  return network;
}

test("the network's messages become events, recognised by the SDK's rules", async () => {
  const network = scripted();
  await using bed = await backendbed({ backend: network.definition });
  const { emit } = network.host;
  emit.message({ channel: "#hall", user: "ann", text: "+roll 2d6 " });
  emit.message({ channel: "#hall", user: { id: "a1", displayName: "Ann" }, text: "robin: hi" });
  emit.message({ channel: "#hall", user: "ann", block: text`so ${bold("there")}` });
  emit.privateAction({ user: "ann", text: "waves" });
  const { kind, command, arg, channel } = await bed.nextEvent();
  assert.deepEqual([kind, command, arg, channel], ["command", "roll", "2d6", "#hall"]);
  const mention = await bed.nextEvent();
  assert.deepEqual([mention.kind, mention.text], ["mention", "hi"]);
  const rest = { avatarUrl: "", isBot: false, account: "" };
  assert.deepEqual(mention.user, { id: "a1", displayName: "Ann", ...rest });
  assert.equal((await bed.nextEvent()).shown, "so **there**");
  assert.equal((await bed.nextEvent()).kind, "privateAction");
  assert.deepEqual(bed.events, []);
});

test("ids, answers and what happens to messages are looked at by kind", async () => {
  const network = scripted();
  await using bed = await backendbed({ backend: network.definition });
  const { emit, members } = network.host;
  const conversation = { kind: "channel", id: "#hall" } as const;
  members.joined({ channel: "#hall", user: "ann" });
  emit.reaction({ conversation, messageId: "1", user: "ann", emoji: "👍" });
  const replyTo = { messageId: "1" };
  emit.message({ channel: "#hall", user: "ann", text: "hi", id: "2", replyTo });
  const reaction = await bed.nextReport("reaction");
  assert.deepEqual([reaction.emoji.text, reaction.user.id], ["👍", "scripted://test/ann"]);
  assert.equal((await bed.nextReport("member")).change, "joined");
  const { id, replyTo: answered } = await bed.nextEvent();
  assert.deepEqual([id, answered], ["2", "1"]);
});

test("core's requests reach the network, and its refusals the caller", async () => {
  const network = scripted();
  await using bed = await backendbed({ backend: network.definition, id: "one" });
  assert.equal(bed.id, "scripted://one");
  await bed.send("#hall", text`so ${bold("there")}`);
  await bed.act("#hall", "waves");
  await bed.sendPrivately("ann", "psst");
  assert.deepEqual(network.said, [
    "channel #hall message so **there**",
    "channel #hall action waves",
    "user ann message psst",
  ]);
  await assert.rejects(bed.send("#closed", "hi"), {
    code: "unknown",
    message: "the channel is closed",
  });
  await assert.rejects(bed.setTopic("#hall", "no"), { message: "scripted cannot set topics" });
  await bed.join("#new");
  assert.deepEqual(await bed.channels(), [
    { id: "#hall", displayName: "#hall", topic: "welcome" },
    { id: "#new", displayName: "channel #new", topic: "" },
  ]);
  await bed.leave("#new");
  assert.equal((await bed.channels()).length, 1);
  assert.equal((await bed.metadata())["command_prefix"], "+");
});

test("it reconnects to core and to its network without waiting in real time", async () => {
  const network = scripted();
  await using bed = await backendbed({ backend: network.definition });
  await bed.restartCore();
  await bed.send("#hall", "one");
  await bed.disconnect();
  await bed.connected();
  await bed.send("#hall", "two");
  const before = network.host;
  network.lose(new Error("gone"));
  await bed.until("the loss", () => bed.log.find("the network is away") !== undefined);
  await bed.connected();
  await bed.until("the new connection", () => network.host !== before);
  await bed.send("#hall", "three");
  assert.equal(network.said.length, 3);
});

test("a fatal error ends the start", async () => {
  const hopeless = backend("hopeless", {
    connect: () => {
      throw new Fatal("wrong password");
    },
  });
  await assert.rejects(backendbed({ backend: hopeless }), { message: "wrong password" });
});

test("a backend that cannot connect reports why", async () => {
  const shut = backend("shut", {
    connect: () => {
      throw new Error("no entry today");
    },
  });
  const started = backendbed({ backend: shut, timeoutMs: 200 });
  await assert.rejects(started, /shut\/test did not connect.*no entry today/s);
});

test("a network's own pause before another attempt passes", async () => {
  const tired = backend("tired", {
    connect: ({ clock }) =>
      new Promise((resolve) => {
        clock.after(1_000, () => resolve({ send: () => undefined, close: () => undefined }));
      }),
  });
  await using bed = await backendbed({ backend: tired });
  assert.deepEqual(bed.events, []);
});

test("a backend on a real socket", async () => {
  const lines: string[] = [];
  const peers: Socket[] = [];
  const server = createServer((socket) => {
    peers.push(socket);
    createInterface({ input: socket })
      .on("line", (line) => lines.push(line))
      .on("error", () => undefined);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const wire = backend("wire", {
    async connect(host) {
      const { connect } = await import("node:net");
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      host.channels.joined({ id: "#hall" });
      const reader = createInterface({ input: socket });
      reader.on("error", () => undefined);
      reader.on("line", (line) => host.emit.message({ channel: "#hall", user: "ann", text: line }));
      return {
        send: (to, message) =>
          new Promise<void>((resolve) => {
            socket.write(`${to.id} ${message.text}\n`, () => resolve());
          }),
        closed: once(socket, "close"),
        close: () => socket.destroy(),
      };
    },
  });
  try {
    await using bed = await backendbed({ backend: wire });
    peers[0]?.write("hello\n");
    assert.equal((await bed.nextEvent()).text, "hello");
    await bed.send("#hall", "hi there");
    await bed.until("the line", () => lines.length > 0);
    assert.deepEqual(lines, ["#hall hi there"]);
    peers[0]?.destroy();
    await bed.until("the loss", () => bed.log.find("the network is away") !== undefined);
    await bed.connected();
    await bed.send("#hall", "again");
    await bed.until("the second line", () => lines.length > 1);
  } finally {
    for (const peer of peers) peer.destroy();
    server.close();
  }
});
