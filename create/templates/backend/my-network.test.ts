import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { bold, mention, plainText, text } from "@seabird-chat/sdk";
import { backendbed } from "@seabird-chat/testkit";
import { read, write } from "./format.ts";
import { myNetwork } from "./my-network.ts";

/** The network, on this machine: one room, and what is said there. It gives ids, `m1` and so on. */
async function startNetwork() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const said: object[] = [];
  const connected = once(server, "connection").then(([socket]: Socket[]) => {
    assert.ok(socket !== undefined);
    const tell = (line: object) => socket.write(`${JSON.stringify(line)}\n`);
    createInterface({ input: socket })
      .on("line", (line) => {
        const { ref, ...request } = JSON.parse(line);
        said.push(request);
        tell({ ref, id: `m${said.length}`, members: request.who ? ["ann", "seabird"] : [] });
      })
      .on("error", () => undefined);
    tell({ room: "lobby", topic: "hello" });
    return { tell };
  });
  const { port } = server.address() as AddressInfo;
  return { port, said, connected, [Symbol.dispose]: () => void server.close() };
}

test("what people say reaches core, and answers reach people", async () => {
  using network = await startNetwork();
  await using bed = await backendbed({ backend: myNetwork, config: { port: network.port } });
  const { tell } = await network.connected;
  tell({ room: "lobby", user: "ann", text: "!roll 2d6", id: "a1" });
  const event = await bed.nextEvent();
  assert.deepEqual([event.kind, event.command, event.arg], ["command", "roll", "2d6"]);
  await bed.send("lobby", text`so ${bold("7")}, ${mention({ userId: bed.absolute("ann") })}`);
  assert.deepEqual(network.said, [{ room: "lobby", text: "so *7*, <@ann>" }]);
});

test("what the network writes is read, and what is written reads the same", () => {
  const line = "*look* <@ann>: <:parrot:17> in <file cat.jpg https://a.b/cat.jpg>";
  assert.equal(write(read(line)), line);
  const words = "look @ann: :parrot: in cat.jpg: https://a.b/cat.jpg";
  assert.equal(plainText(read(line)), words);
  // Nobody is notified by words that look like a mention.
  assert.equal(write(text`hi ${"<@ann>"}`), "hi ‹@ann>");
});

test("messages are edited and deleted, and people type, come and are listed", async () => {
  using network = await startNetwork();
  await using bed = await backendbed({ backend: myNetwork, config: { port: network.port } });
  const { tell } = await network.connected;
  const room = { channelId: bed.absolute("lobby") };
  const sent = await bed.send("lobby", "tea?");
  await sent.edit("coffee?");
  await sent.delete();
  assert.deepEqual(network.said.slice(1), [
    { room: "lobby", edit: "m1", text: "coffee?" },
    { room: "lobby", delete: "m1" },
  ]);
  await bed.core.setTyping(room, true);
  const { members } = await bed.core.listMembers(room.channelId);
  assert.deepEqual(
    members.map(({ id }) => id),
    [bed.absolute("ann"), bed.absolute("seabird")],
  );
  tell({ room: "lobby", user: "ann", deleted: "a1" });
  assert.deepEqual((await bed.nextReport("messageDeleted")).messageIds, ["a1"]);
  tell({ room: "lobby", user: "ann", typing: true });
  assert.equal((await bed.nextReport("typing")).isActive, true);
  tell({ room: "lobby", user: "bob", isHere: true });
  assert.equal((await bed.nextReport("member")).change, "joined");
});

test("what the network cannot do is refused in words", async () => {
  using network = await startNetwork();
  await using bed = await backendbed({ backend: myNetwork, config: { port: network.port } });
  await network.connected;
  await assert.rejects(bed.sendPrivately("ann", "psst"), /no private messages/);
});
