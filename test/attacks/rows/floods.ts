/** Attacks of those who have no token, over HTTP/2: whoever reaches the port can do them. */
import { randomBytes, randomInt } from "node:crypto";
import type { ClientConnection } from "../../../bench/wire/client-connection.ts";
import { envelope } from "../../../bench/wire/envelopes.ts";
import type { HeaderField } from "../../../bench/wire/header-encoder.ts";
import type { Attack, Attacker } from "../attack.ts";

export const HEALTH_CHECK = "/grpc.health.v1.Health/Check";
export const HEALTH_WATCH = "/grpc.health.v1.Health/Watch";
const SEND = "/seabird.Seabird/SendMessage";
export const NOTHING = envelope(new Uint8Array(0));
/** Calls that an attacker begins before it lets its own event loop turn. */
const BATCH = 64;
const CANCELLED = "reset by us";

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export interface CallFlood {
  readonly connections: number;
  /** Calls of each connection, all those that come in its place together. Default: without end. */
  readonly calls?: number;
  /** The headers of the next call. */
  readonly headers: (attacker: Attacker) => readonly HeaderField[];
  /** Undefined: the call's input stays open. */
  readonly body?: Uint8Array;
  /** Whether each call is reset as soon as it is open. */
  readonly resets?: boolean;
  /** Where the next connection comes from. Default: the attacker's address. */
  readonly localAddress?: () => string;
}

/** Opens calls as fast as the server lets it, on so many connections, and connects again. */
export async function floodCalls(attacker: Attacker, flood: CallFlood): Promise<void> {
  const workers = Array.from({ length: flood.connections }, () => floodOne(attacker, flood));
  await Promise.all(workers);
}

async function floodOne(attacker: Attacker, flood: CallFlood): Promise<void> {
  let left = flood.calls ?? Number.POSITIVE_INFINITY;
  while (left > 0 && !attacker.isOver()) {
    const { localAddress } = flood;
    const from = localAddress === undefined ? {} : { localAddress: localAddress() };
    const connection = await attacker.connect(from);
    if (connection === undefined) continue;
    while (left > 0 && !connection.isClosed && !attacker.isOver()) {
      left -= openSome(attacker, connection, flood, Math.min(left, BATCH));
      await turn();
    }
    while (!attacker.isOver() && !connection.isClosed && connection.openStreams > 0) await turn();
  }
}

/** How many it has opened. */
function openSome(
  attacker: Attacker,
  connection: ClientConnection,
  { headers, body, resets = false }: CallFlood,
  most: number,
): number {
  let opened = 0;
  const isFull = () =>
    connection.openStreams >= connection.maxStreams || connection.unsentBytes > 262_144;
  for (; opened < most && !isFull(); opened += 1) {
    const stream = connection.call(headers(attacker), { ended: counted(attacker) }, body);
    if (resets) {
      stream.cancel();
      attacker.count(CANCELLED);
    }
  }
  attacker.count("calls", opened);
  return opened;
}

const counted =
  (attacker: Attacker) =>
  ({ code }: { code: number }) =>
    attacker.count(`code ${code}`);

const health = (attacker: Attacker) => attacker.headers(HEALTH_CHECK);
const watch = (attacker: Attacker) => attacker.headers(HEALTH_WATCH);
const randomToken = (attacker: Attacker) =>
  attacker.headers(SEND, randomBytes(24).toString("base64url"));

export const FLOODS = {
  "health-checks": {
    what: "10 connections with 8,000 valid health.Check each, without a token",
    mayEnd: ["code 0"],
    ends: true,
    run: (attacker) =>
      floodCalls(attacker, {
        connections: 10,
        calls: attacker.size(8_000),
        headers: health,
        body: NOTHING,
      }),
  },
  "health-checks-without-end": {
    what: "10 connections with health.Check after health.Check, without a token",
    mayEnd: ["code 0"],
    run: (attacker) => floodCalls(attacker, { connections: 10, headers: health, body: NOTHING }),
  },
  "excess-watches": {
    what: "50 connections that watch health as often as they may and more, and reconnect",
    mayEnd: [],
    run: (attacker) => floodCalls(attacker, { connections: 50, headers: watch, body: NOTHING }),
  },
  "open-and-reset": {
    what: "50 connections that open calls, reset them, and reconnect",
    mustSee: ["connections ended"],
    run: (attacker) =>
      floodCalls(attacker, { connections: 50, headers: health, body: NOTHING, resets: true }),
  },
  "random-tokens": {
    what: "20 connections with calls that each have another wrong token",
    run: (attacker) =>
      floodCalls(attacker, { connections: 20, headers: randomToken, body: NOTHING }),
  },
  "random-tokens-reset": {
    what: "20 connections with calls that each have another wrong token, and are reset at once",
    mustSee: ["connections ended"],
    run: (attacker) =>
      floodCalls(attacker, { connections: 20, headers: randomToken, resets: true }),
  },
  "many-addresses": {
    what: "20 connections with wrong tokens, each of which comes from another address",
    run: (attacker) => {
      const localAddress = () => `127.9.${randomInt(256)}.${randomInt(1, 255)}`;
      const flood = { connections: 20, headers: randomToken, body: NOTHING, localAddress };
      return floodCalls(attacker, flood);
    },
  },
} as const satisfies Readonly<Record<string, Attack>>;
