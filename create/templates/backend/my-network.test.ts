import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import { myNetwork } from "./my-network.ts";

/** The network, on this machine: one room, and what is said there. */
async function startNetwork() {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const said: string[] = [];
  const connected = once(server, "connection").then(([socket]: Socket[]) => {
    assert.ok(socket !== undefined);
    createInterface({ input: socket })
      .on("line", (line) => said.push(line))
      .on("error", () => undefined);
    const tell = (line: object) => socket.write(`${JSON.stringify(line)}\n`);
    tell({ room: "lobby", topic: "hello" });
    return { tell, heard: () => once(socket, "data") };
  });
  const { port } = server.address() as AddressInfo;
  return { port, said, connected, [Symbol.dispose]: () => void server.close() };
}

test("what people say reaches core, and answers reach people", async () => {
  using network = await startNetwork();
  await using bed = await backendbed({ backend: myNetwork, config: { port: network.port } });
  const { tell, heard } = await network.connected;
  tell({ room: "lobby", user: "ann", text: "!roll 2d6" });
  const event = await bed.nextEvent();
  assert.deepEqual([event.kind, event.command, event.arg], ["command", "roll", "2d6"]);
  const answer = heard();
  await bed.send("lobby", "7");
  await answer;
  assert.deepEqual(network.said, ['{"room":"lobby","text":"7"}']);
});

test("what the network cannot do is refused in words", async () => {
  using network = await startNetwork();
  await using bed = await backendbed({ backend: myNetwork, config: { port: network.port } });
  await network.connected;
  await assert.rejects(bed.sendPrivately("ann", "psst"), /no private messages/);
});
