/** The network that the template for new backends connects: lines of JSON over TCP. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { backendbed, type ContractNetwork } from "@seabird-chat/testkit";
import { myNetwork } from "../../create/templates/backend/my-network.ts";
import { until } from "../support/until.ts";

const ROOM = "lobby";

export async function startTemplateNetwork(): Promise<ContractNetwork> {
  const sockets = new Set<Socket>();
  const said: { readonly room: string; readonly text: string }[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    createInterface({ input: socket })
      .on("line", (line) => said.push(JSON.parse(line)))
      .on("error", () => undefined);
    socket.write(`${JSON.stringify({ room: ROOM, topic: "hello" })}\n`);
  });
  const listen = (port: number) => once(server.listen(port, "127.0.0.1"), "listening");
  const stop = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const say = async (room: string, text: string) => {
    await until("the backend's connection", () => sockets.size > 0);
    for (const socket of sockets) socket.write(`${JSON.stringify({ room, user: "ann", text })}\n`);
  };
  return {
    start: (options) => backendbed({ ...options, backend: myNetwork, config: { port } }),
    self: "seabird",
    channel: ROOM,
    person: {
      id: "ann",
      say,
      seen: (channel) => said.filter(({ room }) => room === channel).map(({ text }) => text),
    },
    outage: { begin: stop, end: async () => void (await listen(port)) },
    connections: () => sockets.size,
    close: async () => {
      if (server.listening) await stop();
    },
  };
}
