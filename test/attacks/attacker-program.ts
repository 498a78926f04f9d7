/**
 * Whoever attacks, in a process of its own, so that neither core's nor the honest peers' event loop
 * pays for what attacking costs.
 */
import { connect, type Socket } from "node:net";
import { callHeaders } from "../../bench/load/peer.ts";
import { pause } from "../../bench/load/stopwatch.ts";
import { ClientConnection } from "../../bench/wire/client-connection.ts";
import { envelope } from "../../bench/wire/envelopes.ts";
import type { Attacker, Counts, TokenName } from "./attack.ts";
import { ATTACKS } from "./attacks.ts";

export interface AttackOrder {
  readonly attack: string;
  readonly url: string;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** Milliseconds. It goes on for `mostMs` at most while `mustSee` of its row has not been seen. */
  readonly ms: number;
  readonly mostMs: number;
  /** Of this machine: where it comes from. */
  readonly address: string;
  /** The part of each amount that is done, and how long it stays behind that, in milliseconds. */
  readonly part: number;
  readonly stayMs: number;
}

export interface AttackReport {
  readonly counts: Counts;
  readonly error: string | undefined;
}

/** How long the settings of a server are waited for; a server may let strangers wait. */
const OPEN_TIMEOUT_MS = 2_000;

/** Without a channel it is refused, whatever the token may do: an answer that needs no window. */
const CHANNEL_INFO = "/seabird.Seabird/GetChannelInfo";
const NOTHING = envelope(new Uint8Array(0));

async function attack(order: AttackOrder): Promise<AttackReport> {
  const url = new URL(order.url);
  const counts: Counts = {};
  const row = ATTACKS[order.attack];
  const mustSee = row?.mustSee ?? [];
  const connections = new Set<ClientConnection>();
  const sockets = new Set<Socket>();
  const startedAt = performance.now();
  const isSeen = () => mustSee.every((name) => (counts[name] ?? 0) > 0);
  const isOver = () => {
    const passedMs = performance.now() - startedAt;
    return passedMs >= order.mostMs || (passedMs >= order.ms && isSeen());
  };
  const count = (what: string, amount = 1) => {
    counts[what] = (counts[what] ?? 0) + amount;
  };
  const attacker: Attacker = {
    url,
    tokens: order.tokens,
    counts,
    isOver,
    size: (amount) => Math.ceil(amount * order.part),
    async stay() {
      const until = performance.now() + order.stayMs;
      while (!isOver() && (performance.now() < until || !isSeen())) await pause(10);
    },
    async connect(options) {
      if (isOver()) return undefined;
      count("connections");
      const openTimeoutMs = Math.min(OPEN_TIMEOUT_MS, order.ms);
      const connection = await ClientConnection.open(url, {
        openTimeoutMs,
        localAddress: order.address,
        ...options,
      }).catch(() => undefined);
      if (connection === undefined) {
        count("connections not opened");
        // Whoever is refused tries again, but not as fast as a processor can.
        await pause(1);
        return undefined;
      }
      connections.add(connection);
      void connection.closed.then(() => {
        connections.delete(connection);
        if (!isOver()) count("connections ended");
      });
      return connection;
    },
    async accepted(token, options) {
      const connection = await attacker.connect(options);
      if (connection === undefined) return undefined;
      const answered = Promise.withResolvers<void>();
      connection.call(
        attacker.headers(CHANNEL_INFO, token),
        { ended: () => answered.resolve() },
        NOTHING,
      );
      await answered.promise;
      return connection;
    },
    socket() {
      if (isOver()) return Promise.resolve(undefined);
      count("connections");
      const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
      const { hostname: host } = url;
      const to = { host, port: Number(url.port), localAddress: order.address };
      const socket = connect(to, () => resolve(socket));
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => {
        sockets.delete(socket);
        resolve(undefined);
      });
      return promise;
    },
    headers(path, token) {
      const fields = callHeaders({ url, token: token ?? "", bare: false }, path);
      return token === undefined ? fields.filter(([name]) => name !== "authorization") : fields;
    },
    count,
  };
  let error: string | undefined;
  try {
    // What hangs does not hang longer than the attack.
    await Promise.race([row?.run(attacker), pause(order.mostMs)]);
  } catch (reason) {
    error = String(reason);
  }
  const report = { counts: { ...counts }, error };
  for (const connection of connections) connection.close();
  for (const socket of sockets) socket.destroy();
  return report;
}

process.once("message", async (order: AttackOrder) => {
  process.send?.(await attack(order), () => process.exit());
});
process.on("disconnect", () => process.exit());
