/** A real Matrix server for tests: Synapse in a folder of its own, on a free port of 127.0.0.1. */
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "./irc-servers.ts";
import { ServerProcess } from "./server-process.ts";
import { needPrograms, type TestScope } from "./servers.ts";

export interface MatrixAccount {
  /** `@ann:seabird.test`. */
  readonly userId: string;
  readonly password: string;
  readonly accessToken: string;
}

export interface Synapse {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What ids end with: `seabird.test`. */
  readonly serverName: string;
  /** A python that sees matrix-nio. */
  readonly python: string;
  /** By the shared secret, so that registration can stay closed. */
  register(name: string, options?: { readonly isAdmin?: boolean }): Promise<MatrixAccount>;
  /** A call of the client API; rejects, with the server's text, unless it answers 200. */
  call(account: MatrixAccount, method: string, path: string, body?: unknown): Promise<Json>;
  /** Cut off: what is connected loses its connection. */
  stop(): Promise<void>;
  /** After `stop`: same port, same data. */
  start(): Promise<void>;
  /** Stops it in an orderly way and starts it again. */
  restart(): Promise<void>;
  /** Sends it a signal: SIGSTOP, SIGCONT, SIGKILL. */
  signal(signal: NodeJS.Signals): void;
  /** Idempotent; removes the folder. */
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a foreign server's JSON, looked into by tests
export type Json = any;

const SERVER_NAME = "seabird.test";
const START_MS = 120_000;
const START_ATTEMPTS = 3;

/** Closed when the test ends. Undefined after telling the test to skip: then it returns at once. */
export async function needSynapse(t: TestScope): Promise<Synapse | undefined> {
  const programs = needPrograms(t, "synapse");
  if (programs === undefined) return undefined;
  const server = await startSynapse(dirname(programs.synapse));
  t.after(() => server.close());
  return server;
}

/** `programs`: the folder of the virtual environment's programs. The caller closes it. */
export async function startSynapse(programs: string): Promise<Synapse> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-synapse-"));
  const secret = randomBytes(16).toString("hex");
  const key = randomBytes(32).toString("base64").replace(/=/g, "");
  await writeFile(join(folder, "signing.key"), `ed25519 a_test ${key}\n`);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await writeFile(join(folder, "homeserver.yaml"), configuration(folder, port, secret));
    const run = synapseProcess(programs, folder, url);
    try {
      await run.start();
      return toSynapse(run, { url, programs, folder, secret });
    } catch (reason) {
      await run.stop("SIGKILL");
      if (attempt < START_ATTEMPTS) continue;
      await rm(folder, { recursive: true, force: true });
      throw reason;
    }
  }
}

function toSynapse(
  run: ServerProcess,
  at: { url: string; programs: string; folder: string; secret: string },
): Synapse {
  return {
    url: at.url,
    serverName: SERVER_NAME,
    python: join(at.programs, "python"),
    register: (name, { isAdmin = false } = {}) => register(at, name, isAdmin),
    call: ({ accessToken }, method, path, body) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      return callApi(`${at.url}/_matrix/client/${path}`, { method, headers }, body);
    },
    stop: () => run.stop("SIGKILL"),
    start: () => run.start(),
    async restart() {
      await run.stop("SIGTERM");
      await run.start();
    },
    signal: (signal) => run.signal(signal),
    async close() {
      await run.stop("SIGKILL");
      await rm(at.folder, { recursive: true, force: true });
    },
  };
}

function synapseProcess(programs: string, folder: string, url: string): ServerProcess {
  return new ServerProcess({
    name: "Synapse",
    command: join(programs, "synapse_homeserver"),
    args: ["-c", join(folder, "homeserver.yaml")],
    folder,
    answers: async () => (await fetch(`${url}/health`).catch(() => undefined))?.ok,
    startMs: START_MS,
  });
}

/** JSON is YAML. */
function configuration(folder: string, port: number, secret: string): string {
  const unlimited = { per_second: 1_000_000, burst_count: 1_000_000 };
  return JSON.stringify({
    server_name: SERVER_NAME,
    listeners: [
      {
        port,
        bind_addresses: ["127.0.0.1"],
        type: "http",
        resources: [{ names: ["client", "media"], compress: false }],
      },
    ],
    database: { name: "sqlite3", args: { database: join(folder, "homeserver.db") } },
    media_store_path: join(folder, "media"),
    signing_key_path: join(folder, "signing.key"),
    macaroon_secret_key: secret,
    form_secret: secret,
    registration_shared_secret: secret,
    report_stats: false,
    trusted_key_servers: [],
    federation_domain_whitelist: [],
    // Passwords of tests need no strength; each costs a tenth of a second otherwise.
    bcrypt_rounds: 4,
    rc_message: unlimited,
    rc_registration: unlimited,
    rc_login: { address: unlimited, account: unlimited, failed_attempts: unlimited },
    rc_admin_redaction: unlimited,
    rc_joins: { local: unlimited, remote: unlimited },
    rc_joins_per_room: unlimited,
    rc_invites: { per_room: unlimited, per_user: unlimited, per_issuer: unlimited },
    rc_room_creation: unlimited,
    rc_media_create: unlimited,
  });
}

async function register(
  { url, secret }: { url: string; secret: string },
  name: string,
  isAdmin: boolean,
): Promise<MatrixAccount> {
  const at = `${url}/_synapse/admin/v1/register`;
  const { nonce } = await callApi(at, { method: "GET" });
  const password = randomBytes(8).toString("hex");
  const parts = [nonce, name, password, isAdmin ? "admin" : "notadmin"];
  const mac = createHmac("sha1", secret).update(parts.join("\0")).digest("hex");
  const request = { nonce, username: name, password, admin: isAdmin, mac };
  const made = await callApi(at, { method: "POST" }, request);
  return { userId: made.user_id, password, accessToken: made.access_token };
}

async function callApi(url: string, init: RequestInit, body?: unknown): Promise<Json> {
  const response = await fetch(url, {
    ...init,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
