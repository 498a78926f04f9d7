/**
 * Whoever attacks, in a process of its own, so that neither core's nor the honest peers' event loop
 * pays for what attacking costs.
 */
import { connect, type Socket } from "node:net";
import { callHeaders } from "../../bench/load/peer.ts";
import { ClientConnection } from "../../bench/wire/client-connection.ts";
import type { Attacker, Counts, TokenName } from "./attack.ts";
import { ATTACKS } from "./attacks.ts";

export interface AttackOrder {
  readonly attack: string;
  readonly url: string;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** Milliseconds. */
  readonly ms: number;
}

export interface AttackReport {
  readonly counts: Counts;
  readonly error: string | undefined;
}

/** How long the settings of a server are waited for; a server may let strangers wait. */
const OPEN_TIMEOUT_MS = 2_000;

async function attack(order: AttackOrder): Promise<AttackReport> {
  const url = new URL(order.url);
  const counts: Counts = {};
  const connections = new Set<ClientConnection>();
  const sockets = new Set<Socket>();
  const endsAt = performance.now() + order.ms;
  const isOver = () => performance.now() >= endsAt;
  const count = (what: string, amount = 1) => {
    counts[what] = (counts[what] ?? 0) + amount;
  };
  const attacker: Attacker = {
    url,
    tokens: order.tokens,
    counts,
    isOver,
    async connect(options) {
      if (isOver()) return undefined;
      count("connections");
      const openTimeoutMs = Math.min(OPEN_TIMEOUT_MS, Math.max(1, endsAt - performance.now()));
      const connection = await ClientConnection.open(url, { openTimeoutMs, ...options }).catch(
        () => undefined,
      );
      if (connection === undefined) {
        count("connections not opened");
        // Whoever is refused tries again, but not as fast as a processor can.
        await new Promise((resolve) => setTimeout(resolve, 1));
        return undefined;
      }
      connections.add(connection);
      void connection.closed.then(() => {
        connections.delete(connection);
        if (!isOver()) count("connections ended");
      });
      return connection;
    },
    socket() {
      if (isOver()) return Promise.resolve(undefined);
      count("connections");
      const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
      const socket = connect(Number(url.port), url.hostname, () => resolve(socket));
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
  const late = new Promise<void>((resolve) => setTimeout(resolve, order.ms));
  try {
    // What hangs does not hang longer than the attack.
    await Promise.race([ATTACKS[order.attack]?.run(attacker), late]);
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
