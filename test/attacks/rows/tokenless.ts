/** Further attacks of those who have no token: frames, headers, connections, and calls that are kept. */
import { randomBytes } from "node:crypto";
import { FLAG, FRAME, frame } from "../../../bench/wire/frames.ts";
import type { Attack, Attacker } from "../attack.ts";
import { floodCalls, HEALTH_CHECK, HEALTH_WATCH, NOTHING, turn } from "./floods.ts";

/** Of a socket's bytes that have not left: more would only fill the attacker's own memory. */
const MOST_UNSENT_BYTES = 262_144;
/** RFC 7541: POST and http of the static table, and a literal path. */
const REQUEST = Buffer.concat([Buffer.of(0x83, 0x86, 0x04, 1), Buffer.from("/")]);
/** The newest entry of the dynamic table. */
const NEWEST_ENTRY = 0xbe;
const ENTRY_BYTES = 4_000;

/** Writes frames on one connection after another, as fast as they are taken. */
async function writeFrames(
  attacker: Attacker,
  connections: number,
  next: (turn: number) => Uint8Array,
): Promise<void> {
  const one = async () => {
    while (!attacker.isOver()) {
      const connection = await attacker.connect();
      if (connection === undefined) continue;
      for (let index = 0; !connection.isClosed && !attacker.isOver(); index += 1) {
        if (connection.unsentBytes < MOST_UNSENT_BYTES) {
          const bytes = next(index);
          connection.write(bytes);
          attacker.count("bytes", bytes.length);
        }
        await turn();
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** An entry of four kilobytes enters the table; each later byte is that entry again. */
function headerBomb(index: number): Buffer {
  const stream = index * 2 + 1;
  const value = Buffer.from("x".repeat(ENTRY_BYTES));
  // A literal with indexing: its name `x`, its length in a prefix of seven bits.
  const length = Buffer.of(0x7f, ((ENTRY_BYTES - 127) & 127) | 128, (ENTRY_BYTES - 127) >> 7);
  const entry = Buffer.concat([Buffer.of(0x40, 1), Buffer.from("x"), length, value]);
  const again = Buffer.alloc(8_000, NEWEST_ENTRY);
  const block = Buffer.concat(index === 0 ? [REQUEST, entry] : [REQUEST, again]);
  return frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, stream, block);
}

const many = (count: number, bytes: Uint8Array) =>
  Buffer.concat(Array.from({ length: count }, () => bytes));

const PINGS = many(500, frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
const SETTINGS = many(500, frame(FRAME.settings, 0, 0, Buffer.alloc(0)));

/** Opens as many calls as it may on each connection, and keeps them. */
async function keepCalls(
  attacker: Attacker,
  connections: number,
  body: Uint8Array | undefined,
): Promise<void> {
  const one = async () => {
    const connection = await attacker.connect();
    const most = Math.min(1_000, connection?.maxStreams ?? 0);
    for (let call = 0; call < most; call += 1) {
      const ended = ({ code }: { code: number }) => attacker.count(`code ${code}`);
      connection?.call(attacker.headers(HEALTH_WATCH), { ended }, body);
      attacker.count("calls");
      if (call % 50 === 0) await turn();
    }
  };
  await Promise.all(Array.from({ length: attacker.size(connections) }, one));
  await attacker.stay();
}

/** Connects and leaves, with HTTP/2's preface or without a byte. */
async function churn(attacker: Attacker, workers: number, isBare: boolean): Promise<void> {
  const one = async () => {
    while (!attacker.isOver()) {
      if (isBare) (await attacker.socket())?.destroy();
      else (await attacker.connect())?.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, one));
}

const randomPath = (attacker: Attacker) =>
  attacker.headers(`/seabird.${randomBytes(6).toString("hex")}/${randomBytes(6).toString("hex")}`);

const largeHeader = (attacker: Attacker) => [
  ...attacker.headers(HEALTH_CHECK),
  ["x-large", randomBytes(5_000).toString("hex")] as const,
];

export const TOKENLESS = {
  "unknown-methods": {
    what: "20 connections with calls of methods that nobody has, without a token",
    run: (attacker) =>
      floodCalls(attacker, { connections: 20, headers: randomPath, body: NOTHING }),
  },
  "no-token": {
    what: "20 connections with calls that need a token and have none",
    run: (attacker) => {
      const headers = () => attacker.headers("/seabird.Seabird/SendMessage");
      return floodCalls(attacker, { connections: 20, headers, body: NOTHING });
    },
  },
  "large-headers": {
    what: "20 connections with health.Check in a header of 10 kB each",
    run: (attacker) =>
      floodCalls(attacker, { connections: 20, headers: largeHeader, body: NOTHING }),
  },
  "header-bombs": {
    what: "one connection whose header blocks of 8 kB unpack to 32 MB each (HPACK)",
    run: (attacker) => writeFrames(attacker, 1, headerBomb),
  },
  pings: {
    what: "10 connections that send PING after PING",
    run: (attacker) => writeFrames(attacker, 10, () => PINGS),
  },
  settings: {
    what: "10 connections that send SETTINGS after SETTINGS",
    run: (attacker) => writeFrames(attacker, 10, () => SETTINGS),
  },
  "kept-watches": {
    what: "100 connections that watch health as often as they may, and stay",
    mayEnd: [],
    ends: true,
    run: (attacker) => keepCalls(attacker, 100, NOTHING),
  },
  "kept-openings": {
    what: "100 connections of calls without a token whose message never comes",
    mayEnd: [],
    ends: true,
    run: (attacker) => keepCalls(attacker, 100, undefined),
  },
  "connections-http2": {
    what: "50 at once that connect, wait for SETTINGS, and leave",
    run: (attacker) => churn(attacker, 50, false),
  },
  "connections-bare": {
    what: "50 at once that connect and leave without a byte",
    run: (attacker) => churn(attacker, 50, true),
  },
} as const satisfies Readonly<Record<string, Attack>>;
