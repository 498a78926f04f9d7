/** Attacks over HTTP/1.1, and with bytes that are neither. */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Attack, Attacker } from "../attack.ts";

/** Requests that are sent before the first is answered. */
const PIPELINED = 32;
/** The beginning of a ClientHello: a record of type handshake, and what claims to be its length. */
const TLS_HELLO = Buffer.from("16030100c8010000c40303", "hex");

interface Requests {
  readonly connections: number;
  /** The bytes of the next requests. */
  readonly next: (attacker: Attacker) => Uint8Array;
}

/** Sends requests as fast as answers come, and connects again when it is thrown out. */
async function floodRequests(attacker: Attacker, { connections, next }: Requests): Promise<void> {
  const one = async () => {
    while (!attacker.isOver()) {
      const socket = await attacker.socket();
      if (socket === undefined) continue;
      let answers = PIPELINED;
      let wake = () => {};
      socket.once("close", () => wake());
      socket.on("data", (bytes: Buffer) => {
        for (
          let at = bytes.indexOf("HTTP/1.1 ");
          at >= 0;
          at = bytes.indexOf("HTTP/1.1 ", at + 9)
        ) {
          answers += 1;
          attacker.count(`HTTP ${bytes.toString("latin1", at + 9, at + 12)}`);
        }
        wake();
      });
      while (!socket.destroyed && !socket.readableEnded && !attacker.isOver()) {
        if (answers >= PIPELINED) {
          answers -= PIPELINED;
          socket.write(next(attacker));
          attacker.count("requests", PIPELINED);
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}

const pipelined = (make: () => string) =>
  Buffer.from(Array.from({ length: PIPELINED }, make).join(""));

function post(host: string, path: string, headers: readonly string[], body: string): string {
  const head = [`POST ${path} HTTP/1.1`, `host: ${host}`, ...headers];
  return `${[...head, `content-length: ${Buffer.byteLength(body)}`].join("\r\n")}\r\n\r\n${body}`;
}

/** Sends these bytes on a connection of their own, again and again. */
async function floodBytes(attacker: Attacker, workers: number, bytes: Uint8Array): Promise<void> {
  const one = async () => {
    while (!attacker.isOver()) {
      const socket = await attacker.socket();
      if (socket === undefined) continue;
      socket.end(bytes);
      attacker.count("connections with bytes");
      await closed(socket);
    }
  };
  await Promise.all(Array.from({ length: workers }, one));
}

const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.resume();
    setTimeout(() => socket.destroy(), 1_000).unref();
  });

export const HTTP1 = {
  "http1-health": {
    what: "50 connections that ask /healthz, 32 requests at once each",
    onlyCore: true,
    run: (attacker) => {
      const bytes = pipelined(() => `GET /healthz HTTP/1.1\r\nhost: ${attacker.url.host}\r\n\r\n`);
      return floodRequests(attacker, { connections: 50, next: () => bytes });
    },
  },
  "http1-not-found": {
    what: "50 connections that ask for pages that are not there, 32 at once each",
    onlyCore: true,
    run: (attacker) => {
      const page = () =>
        `GET /${randomBytes(6).toString("hex")} HTTP/1.1\r\nhost: ${attacker.url.host}\r\n\r\n`;
      return floodRequests(attacker, { connections: 50, next: () => pipelined(page) });
    },
  },
  "http1-random-tokens": {
    what: "50 connections of calls as JSON, each with another wrong token",
    onlyCore: true,
    run: (attacker) => {
      const call = () => {
        const authorization = `authorization: Bearer ${randomBytes(24).toString("base64url")}`;
        const headers = ["content-type: application/json", authorization];
        return post(attacker.url.host, "/seabird.Seabird/SendMessage", headers, "{}");
      };
      return floodRequests(attacker, { connections: 50, next: () => pipelined(call) });
    },
  },
  "http1-bad-json": {
    what: "50 connections of health checks whose JSON is none",
    onlyCore: true,
    run: (attacker) => {
      const headers = ["content-type: application/json"];
      const path = "/grpc.health.v1.Health/Check";
      const bytes = pipelined(() => post(attacker.url.host, path, headers, '{"service": nothing'));
      return floodRequests(attacker, { connections: 50, next: () => bytes });
    },
  },
  "tls-hellos": {
    what: "20 at once that speak TLS to the plain port",
    onlyCore: true,
    run: (attacker) => floodBytes(attacker, 20, TLS_HELLO),
  },
  "wrong-bytes": {
    what: "20 at once that send what is no protocol",
    onlyCore: true,
    run: (attacker) => floodBytes(attacker, 20, Buffer.from("\0\0\0\0SSH-2.0-none\r\n\r\n")),
  },
} as const satisfies Readonly<Record<string, Attack>>;
