/**
 * Core, put together: the only place where its modules meet. What starts slowly, the token
 * database's thread, begins first and goes on while the rest is loaded.
 */
import { dirname } from "node:path";
import { type BindAddress, formatAddress, isLoopback } from "@seabird-chat/runtime";
import { ensureAdminToken, prepareOwnFolder } from "./auth/admin-token.ts";
import { resolveAuthOptions } from "./auth/limits.ts";
import { Tokens } from "./auth/tokens.ts";
import type { Broker } from "./broker/broker.ts";
import { systemClock } from "./broker/clock.ts";
import type { Config } from "./config/config.ts";
import { LIMIT_SETTINGS, type LimitModule } from "./config/limit-settings.ts";
import type { Media } from "./media/media.ts";
import { Metrics } from "./metrics/metrics.ts";
import { showServer } from "./metrics/server-gauges.ts";
import { type DrainDeps, drain } from "./program/drain.ts";
import { HostCheck } from "./program/host-check.ts";
import type { Log } from "./program/log.ts";
import { DatabaseError, ListenError } from "./program/start-error.ts";
import { readVersion } from "./program/version.ts";
import { type OpenPage, PageServer } from "./transport/http/page-server.ts";
import type { TransportServer } from "./transport/server.ts";

export interface ServeOptions {
  readonly config: Config;
  readonly log: Log;
  /** Aborted: core drains and closes, as `close` does; one that does not yet listen rejects. */
  readonly signal?: AbortSignal;
}

/** A running core. */
export interface Core {
  /** `http://host:port`, or `https:` with TLS. */
  readonly url: string;
  readonly address: BindAddress;
  /** `/metrics` on a separate port, if it has one. */
  readonly metricsUrl: string | undefined;
  readonly tokens: Tokens;
  readonly broker: Broker;
  readonly metrics: Metrics;
  /** Resolves when core has closed, for whatever reason. */
  readonly closed: Promise<void>;
  /** Drains and closes, within 8 s. Idempotent. */
  close(): Promise<void>;
}

interface Assembled {
  readonly tokens: Tokens;
  readonly broker: Broker;
  readonly server: TransportServer;
  readonly metrics: Metrics;
  readonly media: Media;
}

/**
 * Starts core; resolves when it listens. Rejects with a DatabaseError, a ListenError or a
 * BrokerError `bad_request`, each with one clear line; nothing is left open then.
 */
export async function serve({ config, log, signal }: ServeOptions): Promise<Core> {
  const metrics = new Metrics();
  const opening = openTokens(config, log, signal);
  // A rejection is handled where it is awaited below; until then it must not count as unhandled.
  opening.catch(() => undefined);
  try {
    const modules = await loadModules();
    const tokens = await opening;
    signal?.throwIfAborted();
    const assembled = assemble(modules, { config, log, metrics, tokens });
    await loadMedia(assembled.media, config, log);
    return await open(assembled, config, log, signal);
  } catch (error) {
    await opening.then(
      (tokens) => tokens.close(),
      () => undefined,
    );
    throw error;
  }
}

async function openTokens(config: Config, log: Log, signal?: AbortSignal): Promise<Tokens> {
  const { database } = config;
  log.debug({ path: database.path }, "opening the token database");
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
      signal,
    });
    if (database.embedded) await reportAdminToken(tokens, dirname(database.path), log);
    return tokens;
  } catch (cause) {
    throw new DatabaseError(database.path, cause);
  }
}

async function reportAdminToken(tokens: Tokens, folder: string, log: Log): Promise<void> {
  const outcome = await ensureAdminToken(tokens, folder);
  if (outcome === "created") log.info({ folder }, "created an admin token in the file admin-token");
  if (outcome === "missing") {
    log.info(
      { folder },
      "the file admin-token is missing; to create another token: seabird-core tokens create admin --scope admin --scope plugin",
    );
  }
}

/** Files are worth less than chat: without them core starts all the same. */
async function loadMedia(media: Media, { media: { folder } }: Config, log: Log): Promise<void> {
  try {
    await media.load();
  } catch (error) {
    log.error({ error, folder }, "the files that core keeps cannot be read; new ones may fail");
  }
}

async function loadModules() {
  const [{ Broker }, { TransportServer }, { Media }, { MediaHttp }, methods] = await Promise.all([
    import("./broker/broker.ts"),
    import("./transport/server.ts"),
    import("./media/media.ts"),
    import("./media/media-http.ts"),
    Promise.all([
      import("./transport/services/broker-methods.ts"),
      import("./transport/services/media-methods.ts"),
    ]),
  ]);
  const [{ brokerMethods }, { mediaMethods }] = methods;
  return { Broker, TransportServer, Media, MediaHttp, brokerMethods, mediaMethods };
}

interface CoreDeps {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tokens: Tokens;
}

type Modules = Awaited<ReturnType<typeof loadModules>>;

function assemble(modules: Modules, { config, log, metrics, tokens }: CoreDeps): Assembled {
  const { Broker, TransportServer, Media, MediaHttp, brokerMethods, mediaMethods } = modules;
  const clock = systemClock;
  const media = new Media({
    ...config.media,
    clock,
    log,
    observer: metrics,
    admit: (caller) => broker.spendRate(caller),
    ask: (...file) => broker.fetchAttachment(...file),
  });
  const broker: Broker = new Broker({
    options: config.brokerOptions,
    clock,
    log,
    observer: metrics,
    media,
  });
  const admin = { broker, tokens, startedAtMs: Date.now(), limits: limitsInForce(config) };
  const server = new TransportServer({
    methods: [...brokerMethods(broker), ...mediaMethods(media)],
    media: new MediaHttp(media),
    lazyMethods: async () => {
      const { adminMethods } = await import("./transport/services/admin.ts");
      return adminMethods({ ...admin, version: readVersion() });
    },
    authenticator: tokens.authenticator,
    clock,
    limits: config.transportLimits,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    routes: [{ ...metricsPage(metrics), access: ["admin", "metrics"] }],
    corsOrigins: config.corsOrigins,
    hosts: hostCheck(config, config.bind),
    trustedProxies: config.trustedProxies,
    log,
    observer: metrics,
  });
  metrics.showBroker(() => broker.stats());
  metrics.showBackends(() => broker.status().backends);
  showGauges(metrics, tokens, server);
  metrics.show("seabird_media_files", "Files that core keeps", () => media.stats().files);
  metrics.show(
    "seabird_media_bytes",
    "Bytes of the files that core keeps",
    () => media.stats().bytes,
  );
  return { tokens, broker, server, metrics, media };
}

function showGauges(metrics: Metrics, tokens: Tokens, server: TransportServer): void {
  metrics.show("seabird_tokens", "Tokens in force", () => tokens.size);
  showServer(metrics, () => server.stats());
}

function hostCheck({ hostNames, media: { publicUrl } }: Config, { host }: BindAddress): HostCheck {
  return new HostCheck(
    host,
    publicUrl === undefined ? hostNames : [...hostNames, new URL(publicUrl).hostname],
  );
}

function metricsPage(metrics: Metrics): OpenPage {
  return {
    path: "/metrics",
    render: async () => ({ status: 200, ...(await metrics.render()) }),
  };
}

/** Every limit that can be set, by the name of its setting. */
function limitsInForce(config: Config): Readonly<Record<string, number>> {
  const set: Readonly<Record<LimitModule, object>> = {
    broker: config.brokerOptions,
    transport: config.transportLimits,
    auth: config.authOptions,
    media: config.media.limits,
  };
  return Object.fromEntries(
    LIMIT_SETTINGS.map(({ name, module, value }) => {
      const given = set[module] as Readonly<Record<string, number>>;
      return [name, given[name] ?? value];
    }),
  );
}

async function open(
  assembled: Assembled,
  config: Config,
  log: Log,
  signal: AbortSignal | undefined,
): Promise<Core> {
  const { tokens, broker, server, metrics, media } = assembled;
  const pages =
    config.metricsBind &&
    new PageServer([metricsPage(metrics)], log, hostCheck(config, config.metricsBind));
  const close = closer({ server, broker, tokens, media, log, pages });
  try {
    const address = await listen(server, config.bind);
    const metricsAddress = pages && config.metricsBind && (await listen(pages, config.metricsBind));
    const metricsUrl = metricsAddress && `http://${formatAddress(metricsAddress)}/metrics`;
    const scheme = config.tls ? "https" : "http";
    const url = `${scheme}://${formatAddress({ host: config.bind.host, port: address.port })}`;
    if (!isLoopback(address.host) && config.tls === undefined) warnPlaintext(log, url);
    if (signal?.aborted) void close();
    signal?.addEventListener("abort", () => void close(), { once: true });
    const { closed } = close;
    return { url, address, metricsUrl, tokens, broker, metrics, closed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Closes once, however often it is called. */
function closer(parts: DrainDeps): (() => Promise<void>) & { readonly closed: Promise<void> } {
  const closed = Promise.withResolvers<void>();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= drain(parts).finally(closed.resolve);
    return closing;
  };
  return Object.assign(close, { closed: closed.promise });
}

interface Listenable {
  listen(host: string, port: number): Promise<{ address: string; port: number }>;
}

async function listen(server: Listenable, bind: BindAddress): Promise<BindAddress> {
  try {
    const { address, port } = await server.listen(bind.host, bind.port);
    return { host: address, port };
  } catch (cause) {
    throw new ListenError(bind, cause);
  }
}

function warnPlaintext(log: Log, url: string): void {
  log.warn(
    { url },
    "other machines can connect, and without TLS anyone on the way can read tokens and messages; set SEABIRD_TLS_CERT_FILE and SEABIRD_TLS_KEY_FILE, or put a proxy with TLS in front",
  );
}
