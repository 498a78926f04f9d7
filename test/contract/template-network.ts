/** The network that the template for new backends connects: lines of JSON over TCP. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { attachment, bold, container, emoji } from "@seabird-chat/protocol";
import { backendbed, type ContractNetwork } from "@seabird-chat/testkit";
import { myNetwork } from "../../create/templates/backend/my-network.ts";
import { until } from "../support/until.ts";

const ROOM = "lobby";

/** What the backend asks of the network. */
interface Request {
  readonly room: string;
  readonly text?: string;
  readonly re?: string;
  /** Of the message that gets another text. */
  readonly edit?: string;
  readonly to?: string;
  readonly reaction?: string;
  readonly removed?: boolean;
  /** Of the message that goes. */
  readonly delete?: string;
}

export async function startTemplateNetwork(): Promise<ContractNetwork> {
  const sockets = new Set<Socket>();
  const said: Request[] = [];
  let ids = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    createInterface({ input: socket })
      .on("line", (line) => {
        const request = JSON.parse(line);
        said.push(request);
        ids += 1;
        const answer = { ref: request.ref, id: `m${ids}`, members: ["ann"] };
        socket.write(`${JSON.stringify(answer)}\n`);
      })
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
  const tell = async (line: object) => {
    await until("the backend's connection", () => sockets.size > 0);
    for (const socket of sockets) socket.write(`${JSON.stringify({ user: "ann", ...line })}\n`);
  };
  const say = (room: string, text: string) => {
    ids += 1;
    return tell({ room, text, id: `m${ids}` });
  };
  const seenReactions = (channel: string) => {
    const there = new Map<string, { id: string; emoji: string }>();
    for (const { room, to: id, reaction: emoji, removed } of said) {
      if (room !== channel || id === undefined || emoji === undefined) continue;
      if (removed === true) there.delete(`${id} ${emoji}`);
      else there.set(`${id} ${emoji}`, { id, emoji });
    }
    return [...there.values()];
  };
  return {
    start: (options) => backendbed({ ...options, backend: myNetwork, config: { port } }),
    self: "seabird",
    channel: ROOM,
    person: {
      id: "ann",
      say,
      reply: (room, re, text) => {
        ids += 1;
        return tell({ room, text, re, id: `m${ids}` });
      },
      edit: (room, edited, text) => tell({ room, edited, text }),
      delete: (room, deleted) => tell({ room, deleted }),
      type: (room) => tell({ room, typing: true }),
      comeAgain: async (room) => {
        await tell({ room, isHere: false });
        await tell({ room, isHere: true });
      },
      seenDeletions: (channel) =>
        said.flatMap(({ room, delete: id }) => (room === channel && id !== undefined ? id : [])),
      react: (room, to, reaction, removed) => tell({ room, to, reaction, removed }),
      seenReactions,
      seenEdits: (channel) =>
        said.flatMap(({ room, edit, text }) =>
          room === channel && edit !== undefined && text !== undefined ? { id: edit, text } : [],
        ),
      seen: (channel) =>
        said.flatMap(({ room, text, edit }) =>
          room === channel && text !== undefined && edit === undefined ? text : [],
        ),
    },
    roundTrips: [
      container([bold("so"), " ", emoji(":parrot:", { id: "17" })]),
      container([attachment({ name: "cat.jpg", url: "https://example.org/cat.jpg" })]),
    ],
    outage: { begin: stop, end: async () => void (await listen(port)) },
    connections: () => sockets.size,
    close: async () => {
      if (server.listening) await stop();
    },
  };
}
