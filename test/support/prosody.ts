/** A real XMPP server for tests: prosody in a folder of its own, on free ports of 127.0.0.1. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./irc-servers.ts";
import { ServerProcess } from "./server-process.ts";
import { needPrograms, type TestScope } from "./servers.ts";

export interface XmppAccount {
  /** `ann@seabird.test`. */
  readonly address: string;
  readonly password: string;
}

export interface Prosody {
  readonly port: number;
  /** `xmpp://127.0.0.1:PORT`: with STARTTLS offered, not required. */
  readonly url: string;
  /** `xmpps://127.0.0.1:PORT`: TLS from the first byte. */
  readonly tlsUrl: string;
  /** What addresses of accounts end with: `seabird.test`. */
  readonly domain: string;
  /** What addresses of rooms end with. No stanza ids, since nothing is archived. */
  readonly rooms: string;
  /** Rooms with an archive, and so with stanza ids (XEP-0359), and with moderation (XEP-0425). */
  readonly archivedRooms: string;
  /** The service for uploads (XEP-0363). Bytes go over plain HTTP on 127.0.0.1. */
  readonly upload: string;
  /** `http://127.0.0.1:PORT`, where uploaded files are. */
  readonly uploadUrl: string;
  /** PEM file with the certificate, signed by itself, for all of these names. */
  readonly certificate: string;
  /** A python that sees slixmpp. */
  readonly python: string;
  /** May be called while it runs. */
  register(name: string): Promise<XmppAccount>;
  /** Stops it and starts it again: same ports, same accounts. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Sends it a signal: SIGSTOP, SIGCONT, SIGKILL. */
  signal(signal: NodeJS.Signals): void;
  /** What it has logged. */
  log(): Promise<string>;
  /** Idempotent; removes the folder. */
  close(): Promise<void>;
}

const DOMAIN = "seabird.test";
const ROOMS = `rooms.${DOMAIN}`;
const ARCHIVED_ROOMS = `archived.${DOMAIN}`;
const UPLOAD = `upload.${DOMAIN}`;
const START_MS = 60_000;
const START_ATTEMPTS = 3;

/** Bytes of one file that may be uploaded. */
export const MAX_UPLOAD_BYTES = 1024 * 1024;

/** Closed when the test ends. Undefined after telling the test to skip: then it returns at once. */
export async function needProsody(t: TestScope): Promise<Prosody | undefined> {
  const programs = needPrograms(t, "prosody", "slixmpp", "openssl");
  if (programs === undefined) return undefined;
  const server = await startProsody(programs);
  t.after(() => server.close());
  return server;
}

type Programs = Record<"prosody" | "slixmpp" | "openssl", string>;

interface Ports {
  readonly plain: number;
  readonly tls: number;
  readonly http: number;
}

export async function startProsody(programs: Programs): Promise<Prosody> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-prosody-"));
  await makeCertificate(programs.openssl, folder);
  for (let attempt = 1; ; attempt++) {
    const ports = { plain: await freePort(), tls: await freePort(), http: await freePort() };
    await writeFile(
      join(folder, "prosody.cfg.lua"),
      configuration(programs.prosody, folder, ports),
    );
    const run = prosodyProcess(programs.prosody, folder, ports);
    try {
      await run.start();
      return toProsody(run, folder, ports, programs.slixmpp);
    } catch (reason) {
      await run.stop("SIGKILL");
      if (attempt < START_ATTEMPTS) continue;
      await rm(folder, { recursive: true, force: true });
      throw reason;
    }
  }
}

function toProsody(run: ServerProcess, folder: string, ports: Ports, python: string): Prosody {
  return {
    port: ports.plain,
    url: `xmpp://127.0.0.1:${ports.plain}`,
    tlsUrl: `xmpps://127.0.0.1:${ports.tls}`,
    domain: DOMAIN,
    rooms: ROOMS,
    archivedRooms: ARCHIVED_ROOMS,
    upload: UPLOAD,
    uploadUrl: `http://127.0.0.1:${ports.http}`,
    certificate: join(folder, "server.crt"),
    python,
    register: (name) => register(folder, name),
    async restart(signal = "SIGTERM") {
      await run.stop(signal);
      await run.start();
    },
    signal: (signal) => run.signal(signal),
    log: () => run.log(),
    async close() {
      await run.stop("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function prosodyProcess(program: string, folder: string, ports: Ports): ServerProcess {
  return new ServerProcess({
    name: "prosody",
    command: program,
    args: ["-F", "--root", "--config", join(folder, "prosody.cfg.lua")],
    folder,
    answers: async () => (await Promise.all(Object.values(ports).map(isOpen))).every(Boolean),
    startMs: START_MS,
  });
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  const answer = await promise;
  socket.destroy();
  return answer;
}

async function makeCertificate(openssl: string, folder: string): Promise<void> {
  const names = [DOMAIN, ROOMS, ARCHIVED_ROOMS, UPLOAD].map((name) => `DNS:${name}`).join();
  const key = join(folder, "server.key");
  const certificate = join(folder, "server.crt");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${DOMAIN}`, "-addext", `subjectAltName=${names}`, "-days", "2"];
  const args = ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", certificate];
  await promisify(execFile)(openssl, args);
}

/** Debian's own prosody is installed in `/usr`; ours is unpacked beside its further modules. */
function furtherModules(program: string): string {
  return join(dirname(program), "../../../prosody-modules/usr/lib/prosody/modules");
}

function configuration(program: string, folder: string, ports: Ports): string {
  return `
    run_as_root = true
    pidfile = "${folder}/pid"
    data_path = "${folder}/data"
    plugin_paths = { "${furtherModules(program)}" }
    log = { { levels = { min = "info" }, to = "console", timestamps = true } }
    interfaces = { "127.0.0.1" }
    c2s_ports = { ${ports.plain} }
    c2s_direct_tls_ports = { ${ports.tls} }
    http_interfaces = { "127.0.0.1" }
    http_ports = { ${ports.http} }
    https_ports = { }
    s2s_ports = { }
    modules_enabled = {
      "roster", "saslauth", "tls", "disco", "ping", "pep", "carbons", "smacks", "presence",
      "message", "iq", "offline", "vcard4", "vcard_legacy", "posix"
    }
    modules_disabled = { "s2s" }
    c2s_require_encryption = false
    authentication = "internal_plain"
    ssl = { key = "${folder}/server.key", certificate = "${folder}/server.crt" }
    VirtualHost "${DOMAIN}"
    Component "${ROOMS}" "muc"
      restrict_room_creation = false
      muc_room_locking = false
    Component "${ARCHIVED_ROOMS}" "muc"
      modules_enabled = { "muc_mam", "muc_moderation" }
      restrict_room_creation = false
      muc_room_locking = false
      storage = { muc_log = "memory" }
    Component "${UPLOAD}" "http_file_share"
      http_host = "127.0.0.1"
      http_external_url = "http://127.0.0.1:${ports.http}/"
      http_file_share_size_limit = ${MAX_UPLOAD_BYTES}
  `;
}

/** As its own storage keeps it, which is read at each login. */
async function register(folder: string, name: string): Promise<XmppAccount> {
  const password = randomBytes(8).toString("hex");
  const accounts = join(folder, "data", encode(DOMAIN), "accounts");
  await mkdir(accounts, { recursive: true });
  const content = `return { ["password"] = "${password}" };\n`;
  await writeFile(join(accounts, `${encode(name)}.dat`), content);
  return { address: `${name}@${DOMAIN}`, password };
}

function encode(name: string): string {
  const escaped = (sign: string) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return name.replace(/[^A-Za-z0-9]/g, escaped);
}
