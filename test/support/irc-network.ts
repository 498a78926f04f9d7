/**
 * A whole modern network for tests: inspircd with TLS and the capabilities of IRCv3, and atheme's
 * services beside it, with NickServ and SASL.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  asNobody,
  freePort,
  type IrcServer,
  makeCertificate,
  startInspircd,
} from "./irc-servers.ts";
import { waitFor } from "./irc-wait.ts";
import { RawIrcClient } from "./raw-irc-client.ts";
import { needPrograms } from "./servers.ts";

export interface NetworkOptions {
  /** Seconds for which the network wants TLS (STS), at the host `localhost`. Default: it does not. */
  readonly stsDurationS?: number;
  /** Default: true. */
  readonly services?: boolean;
}

export interface IrcNetwork {
  readonly server: IrcServer;
  /** The server's certificate, which vouches for itself: PEM, and the file. */
  readonly ca: string;
  readonly certFile: string;
  readonly folder: string;
  /** An account of NickServ's, with a nick of the same name. */
  register(account: string, password: string, fingerprint?: string): Promise<void>;
  /** A certificate of a client's. */
  clientCertificate(name: string): Promise<ClientCertificate>;
  raw(nick: string): Promise<RawIrcClient>;
  /** Ends services, and waits until the server has noticed; their accounts are kept. */
  stopServices(): Promise<void>;
  startServices(): Promise<void>;
}

export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** As services keep it: SHA-256, in hexadecimal. */
  readonly fingerprint: string;
}

/** undefined: a program is missing, and the test was told to skip. Everything ends with the test. */
export async function startIrcNetwork(
  t: TestContext,
  { stsDurationS, services = true }: NetworkOptions = {},
): Promise<IrcNetwork | undefined> {
  const programs = needPrograms(t, "inspircd", "openssl", "atheme-services");
  if (programs === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "seabird-network-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o777);
  const certificate = await makeCertificate(programs.openssl, join(folder, "server"));
  const linkPort = await freePort();
  const server = await startInspircd(programs.inspircd, {
    certificate,
    extra: ({ tlsPort }) => modernConfig(linkPort, tlsPort, stsDurationS),
  });
  t.after(() => server.close());
  const atheme = new Services(programs["atheme-services"], folder, linkPort, server.port);
  t.after(() => atheme.stop());
  if (services) await atheme.start();
  const raw = async (nick: string) => {
    const client = await RawIrcClient.connect(server.port, nick);
    t.after(() => client.close());
    return client;
  };
  return {
    server,
    ca: await readFile(certificate.certFile, "utf8"),
    certFile: certificate.certFile,
    folder,
    raw,
    register: async (account, password, fingerprint) => {
      const client = await raw(account);
      client.say(`PRIVMSG NickServ :REGISTER ${password} ${account}@example.org`);
      await client.hears(/ 900 .*You are now logged in|NickServ.* registered/i);
      if (fingerprint !== undefined) {
        client.say(`PRIVMSG NickServ :CERT ADD ${fingerprint}`);
        await client.hears(/NOTICE .*fingerprint/i);
      }
      client.say("QUIT");
      await client.hears(/^ERROR/);
      client.close();
    },
    clientCertificate: (name) => clientCertificate(programs.openssl, join(folder, name)),
    stopServices: async () => {
      await atheme.stop();
      await whenSaslServ(server.port, false);
    },
    startServices: () => atheme.start(),
  };
}

const MODULES = [
  "chghost",
  "globops",
  "hidechans",
  "ircv3_accounttag",
  "ircv3_capnotify",
  "ircv3_chghost",
  "ircv3_ctctags",
  "ircv3_batch",
  "ircv3_echomessage",
  "ircv3_labeledresponse",
  "ircv3_msgid",
  "services_account",
  "sslinfo",
  "sasl",
  "spanningtree",
  "svshold",
];

const SERVICES = "services.test";
const LINK_PASSWORD = "between-the-two";

function modernConfig(linkPort: number, tlsPort: number, stsDurationS: number | undefined): string {
  const sts =
    stsDurationS === undefined
      ? ""
      : `<module name="ircv3_sts"><sts host="localhost" port="${tlsPort}" duration="${stsDurationS}s">`;
  return `${MODULES.map((name) => `<module name="${name}">`).join("\n")}
<bind address="127.0.0.1" port="${linkPort}" type="servers">
<link name="${SERVICES}" ipaddr="127.0.0.1" port="1" allowmask="127.0.0.1/32" sendpass="${LINK_PASSWORD}" recvpass="${LINK_PASSWORD}">
<uline server="${SERVICES}" silent="yes">
<sasl target="${SERVICES}">
${sts}`;
}

const ATHEME_MODULES = [
  "protocol/inspircd",
  "backend/opensex",
  "crypto/posix",
  "nickserv/main",
  "nickserv/cert",
  "nickserv/ghost",
  "nickserv/group",
  "nickserv/identify",
  "nickserv/register",
  "saslserv/main",
  "saslserv/plain",
  "saslserv/external",
];

function athemeConfig(linkPort: number): string {
  return `${ATHEME_MODULES.map((name) => `loadmodule "modules/${name}";`).join("\n")}
serverinfo {
  name = "${SERVICES}"; desc = "for tests"; numeric = "00A"; netname = "Tests"; recontime = 1;
  restarttime = 0; adminname = "nobody"; adminemail = "nobody@example.org"; mta = "/bin/true";
  auth = none; loglevel = { error; info; network; }; maxlogins = 100; maxusers = 100;
  hidehostsuffix = "users.test"; casemapping = rfc1459;
};
uplink "inspircd.test" {
  host = "127.0.0.1"; port = ${linkPort};
  send_password = "${LINK_PASSWORD}"; receive_password = "${LINK_PASSWORD}";
};
nickserv { nick = "NickServ"; user = "NickServ"; host = "${SERVICES}"; real = "Nicks"; maxnicks = 5; };
saslserv { nick = "SaslServ"; user = "SaslServ"; host = "${SERVICES}"; real = "Logins"; };
general { commit_interval = 5; };
`;
}

/** Waits until the IRC server knows that services are there, or gone. `details` may throw. */
async function whenSaslServ(ircPort: number, isThere: boolean, details = () => ""): Promise<void> {
  const watcher = await RawIrcClient.connect(ircPort, "watcher");
  await waitFor(
    () => `services to be ${isThere ? "there" : "gone"}${details()}`,
    () => {
      details();
      const answer = watcher.lines.findLast((line) => / 303 /.test(line));
      if (answer !== undefined && /SaslServ/i.test(answer) === isThere) return true;
      watcher.say("ISON SaslServ");
      return false;
    },
  ).finally(() => watcher.close());
}

const STOP_WITHIN_MS = 10_000;

class Services {
  readonly #program: string;
  readonly #folder: string;
  readonly #linkPort: number;
  readonly #ircPort: number;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(program: string, folder: string, linkPort: number, ircPort: number) {
    this.#program = program;
    this.#folder = folder;
    this.#linkPort = linkPort;
    this.#ircPort = ircPort;
  }

  /** Resolves when NickServ is there. */
  async start(): Promise<void> {
    const config = join(this.#folder, "atheme.conf");
    await writeFile(config, athemeConfig(this.#linkPort));
    const file = (name: string) => join(this.#folder, name);
    const [command, ...args] = asNobody([
      ...([this.#program, "-n", "-c", config, "-D", this.#folder] as const),
      ...["-p", file("atheme.pid"), "-l", file("atheme.log")],
    ]);
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], cwd: this.#folder });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-10_000);
      });
    }
    await whenSaslServ(this.#ircPort, true, () => {
      if (child.exitCode !== null) throw new Error(`atheme ended: ${this.#output}`);
      return `; they said: ${this.#output}`;
    });
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    // It keeps its accounts in a file when it is asked to end; it may also sulk.
    child.kill("SIGTERM");
    const sulking = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    await ended;
    clearTimeout(sulking);
  }
}

async function clientCertificate(openssl: string, folder: string): Promise<ClientCertificate> {
  const { certFile, keyFile } = await makeCertificate(openssl, folder);
  const [cert, key] = [await readFile(certFile, "utf8"), await readFile(keyFile, "utf8")];
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(":", "").toLowerCase();
  return { cert, key, certFile, keyFile, fingerprint };
}
