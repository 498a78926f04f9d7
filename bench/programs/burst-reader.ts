/**
 * A reader of the burst, in a process of its own. Asked over IPC to open an event stream; says
 * how many events came, whether each was the one after its predecessor, and how it ended. One
 * that stalls reads nothing from the moment it is open until it is told to.
 */
import type { Peer } from "../load/peer.ts";
import { callHeaders, PATHS } from "../load/peer.ts";
import { numberIn } from "../shapes/shape.ts";
import { ClientConnection } from "../wire/client-connection.ts";
import { EnvelopeReader, envelope } from "../wire/envelopes.ts";
import type { BurstOrder, BurstReport } from "./burst-order.ts";

const reader = new EnvelopeReader();
let connection: ClientConnection | undefined;
let received = 0;
let inOrder = true;
let expected = 0;

function report(report: BurstReport): void {
  process.send?.(report);
}

function onEvent(message: Buffer): void {
  const number = numberIn(message);
  if (number === undefined) return;
  if (number !== received) inOrder = false;
  received++;
  if (received === expected) report({ type: "all", received, inOrder });
}

async function open(order: BurstOrder & { type: "open" }): Promise<void> {
  const peer: Peer = { url: new URL(order.url), token: order.token, bare: false };
  expected = order.events;
  connection = await ClientConnection.open(peer.url);
  const opened = () => {
    if (order.stalls) connection?.pause();
    report({ type: "open" });
  };
  const data = (bytes: Buffer, start: number, end: number) =>
    reader.read(bytes, start, end, onEvent);
  const ended = ({ code, message }: { code: number; message: string }) =>
    report({ type: "ended", received, inOrder, code, message });
  const headers = callHeaders(peer, PATHS.streamEvents);
  connection.call(headers, { opened, data, ended }, envelope(new Uint8Array(0)));
}

process.on("message", (order: BurstOrder) => {
  if (order.type === "open") void open(order);
  else connection?.resume();
});
process.on("disconnect", () => process.exit());
