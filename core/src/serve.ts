/**
 * Core, put together: the only place where its rooms meet. What is slow to begin, the token
 * database's thread, begins first and goes on while the rest is loaded.
 */
import { dirname } from "node:path";
import { ensureAdminToken, prepareOwnFolder } from "./auth/admin-token.ts";
import { resolveAuthOptions } from "./auth/limits.ts";
import { Tokens } from "./auth/tokens.ts";
import { type BindAddress, formatAddress, isLoopback } from "./bind-address.ts";
import type { Broker } from "./broker/broker.ts";
import { systemClock } from "./broker/clock.ts";
import type { Config } from "./config.ts";
import { drain } from "./drain.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { DatabaseError, ListenError } from "./start-error.ts";
import type { TransportServer } from "./transport/server.ts";

export interface ServeInit {
  readonly config: Config;
  readonly log: Log;
  /** Aborted: core drains and closes, as `close` does. */
  readonly signal?: AbortSignal;
}

/** A running core. */
export interface Core {
  /** `http://host:port`, or `https:` with TLS. */
  readonly url: string;
  readonly address: BindAddress;
  /** Where `/metrics` has a port of its own. */
  readonly metricsAddress: BindAddress | undefined;
  readonly tokens: Tokens;
  readonly broker: Broker;
  readonly metrics: Metrics;
  /** Resolves when core has closed, for whatever reason. */
  readonly closed: Promise<void>;
  /** Drains and closes, within 8 s. Idempotent. */
  close(): Promise<void>;
}

interface Parts {
  readonly tokens: Tokens;
  readonly broker: Broker;
  readonly server: TransportServer;
  readonly metrics: Metrics;
}

/**
 * Starts core; resolves when it listens. Rejects with a DatabaseError, a ListenError or a
 * BrokerError `bad_request`, each with one clear line; nothing is left open then.
 */
export async function serve({ config, log, signal }: ServeInit): Promise<Core> {
  const metrics = new Metrics();
  const opening = openTokens(config, log);
  // Whoever awaits it below sees the failure; until then it is not unhandled.
  opening.catch(() => undefined);
  const rooms = await loadRooms();
  const tokens = await opening;
  try {
    const parts = assemble(rooms, { config, log, metrics, tokens });
    return await open(parts, config, log, signal);
  } catch (error) {
    await tokens.close();
    throw error;
  }
}

async function openTokens(config: Config, log: Log): Promise<Tokens> {
  const { database } = config;
  try {
    if (database.embedded) prepareOwnFolder(dirname(database.path));
    const tokens = await Tokens.open({
      location: database,
      options: resolveAuthOptions(config.authOptions),
      clock: systemClock,
      log: {
        info: (message) => log.info({}, message),
        warn: (message) => log.warn({}, message),
        error: (message, error) => log.error({ error }, message),
      },
      extraTokens: config.extraTokens,
    });
    if (database.embedded) await sayAdminToken(tokens, dirname(database.path), log);
    return tokens;
  } catch (cause) {
    throw new DatabaseError(database.path, cause);
  }
}

async function sayAdminToken(tokens: Tokens, folder: string, log: Log): Promise<void> {
  const outcome = await ensureAdminToken(tokens, folder);
  if (outcome === "made") log.info({ folder }, "made an admin token in admin-token");
  if (outcome === "missing") {
    log.info(
      { folder },
      "the file admin-token is gone; to make another token: seabird-core tokens create admin --scope admin --scope plugin",
    );
  }
}

async function loadRooms() {
  const [{ Broker }, { TransportServer }, seabird, ingest] = await Promise.all([
    import("./broker/broker.ts"),
    import("./transport/server.ts"),
    import("./transport/services/seabird.ts"),
    import("./transport/services/ingest.ts"),
  ]);
  return { Broker, TransportServer, ...seabird, ...ingest };
}

interface Ingredients {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tokens: Tokens;
}

function assemble(
  { Broker, TransportServer, seabirdMethods, ingestMethods }: Awaited<ReturnType<typeof loadRooms>>,
  { config, log, metrics, tokens }: Ingredients,
): Parts {
  const broker = new Broker({
    options: config.brokerOptions,
    clock: systemClock,
    log,
    observer: metrics,
  });
  const server = new TransportServer({
    methods: [...seabirdMethods(broker), ...ingestMethods(broker)],
    authenticator: tokens.authenticator,
    clock: systemClock,
    limits: config.transportLimits,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    log,
    observer: metrics,
  });
  metrics.showBroker(() => broker.stats());
  return { tokens, broker, server, metrics };
}

async function open(
  parts: Parts,
  config: Config,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<Core> {
  const { tokens, broker, server, metrics } = parts;
  const { host, port } = config.bind;
  const listening = await server.listen(host, port).catch(async (cause: unknown) => {
    await server.close();
    throw new ListenError(config.bind, cause);
  });
  const address = { host: listening.address, port: listening.port };
  const url = `${config.tls ? "https" : "http"}://${formatAddress({ host, port: address.port })}`;
  if (!isLoopback(host) && config.tls === undefined) warnPlaintext(log, url);
  const closed = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= drain({ server, broker, tokens, log }).finally(closed.resolve);
    return closing;
  };
  if (signal?.aborted) void close();
  signal?.addEventListener("abort", () => void close(), { once: true });
  return {
    url,
    address,
    metricsAddress: undefined,
    tokens,
    broker,
    metrics,
    closed: closed.promise,
    close,
  };
}

function warnPlaintext(log: Log, url: string): void {
  log.warn(
    { url },
    "other machines can connect, and without TLS anyone on the way can read tokens and messages; set SEABIRD_TLS_CERT_FILE and SEABIRD_TLS_KEY_FILE, or put a proxy with TLS in front",
  );
}
