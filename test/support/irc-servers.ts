/** Real IRC servers for tests, each in a folder of its own, on free ports of 127.0.0.1. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { waitFor } from "./irc-wait.ts";

export interface IrcServer {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS, if a certificate was given. */
  readonly tlsPort: number;
  /** Kills it and starts it again on the same ports. */
  restart(): Promise<void>;
  /** Kills it; connections break at once. */
  kill(): Promise<void>;
  /** Sends it a signal: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** Idempotent; removes its folder. */
  close(): Promise<void>;
}

export interface IrcServerOptions {
  /** PEM files. Without them there is no TLS port. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string };
  /** More lines of configuration, in the server's own language; given the ports, if a function. */
  readonly extra?: string | ((ports: Ports) => string);
  /** Attributes of inspircd's <connect>, over the generous ones that tests want. */
  readonly connect?: Readonly<Record<string, string>>;
  /** What clients must give with PASS. */
  readonly password?: string;
}

export interface Ports {
  readonly port: number;
  readonly tlsPort: number;
}

/** How one kind of server is set up in a folder. */
export interface Recipe {
  /** Returns the command line. */
  prepare(folder: string, ports: Ports): Promise<CommandLine>;
}

const START_ATTEMPTS = 5;

/** The modules a plain network needs; a server's folder holds a copy, see `prepareInspircd`. */
const INSPIRCD_MODULES = [
  "botmode",
  "cap",
  "chanhistory",
  "chghost",
  "hidechans",
  "ircv3",
  "ircv3_accounttag",
  "ircv3_batch",
  "ircv3_capnotify",
  "ircv3_chghost",
  "ircv3_ctctags",
  "ircv3_echomessage",
  "ircv3_labeledresponse",
  "ircv3_msgid",
  "ircv3_servertime",
  "ircv3_sts",
  "globops",
  "sasl",
  "services_account",
  "spanningtree",
  "ssl_gnutls",
  "sslinfo",
  "svshold",
];

/** `extra` for a server with the capabilities of IRCv3, message ids and marked bots. */
export const IRCV3_MODULES = [
  "botmode",
  "ircv3_accounttag",
  "ircv3_batch",
  "ircv3_capnotify",
  "ircv3_ctctags",
  "ircv3_echomessage",
  "ircv3_labeledresponse",
  "ircv3_msgid",
]
  .map((name) => `<module name="${name}">`)
  .join("\n");

export function startInspircd(binary: string, options: IrcServerOptions = {}): Promise<IrcServer> {
  return start({ prepare: (folder, ports) => prepareInspircd(binary, folder, ports, options) });
}

export function startNgircd(binary: string, options: IrcServerOptions = {}): Promise<IrcServer> {
  return start({ prepare: (folder, ports) => prepareNgircd(binary, folder, ports, options) });
}

async function prepareInspircd(
  binary: string,
  folder: string,
  ports: Ports,
  options: IrcServerOptions,
): Promise<CommandLine> {
  // It refuses to run as root, and nobody may not be able to reach the repository: it gets a copy.
  const program = join(folder, "inspircd");
  await cp(binary, program);
  await cp(join(dirname(binary), "..", "lib", "inspircd", "modules"), join(folder, "modules"), {
    recursive: true,
    filter: (path) =>
      !/m_\w+\.so$/.test(path) || INSPIRCD_MODULES.some((name) => path.endsWith(`m_${name}.so`)),
  });
  const configFile = join(folder, "inspircd.conf");
  await writeFile(configFile, inspircdConfig(folder, ports, options));
  return asNobody([program, "--nofork", "--nolog", "--config", configFile]);
}

/** Of <connect>: a person in a hurry is no flood. */
const GENEROUS = {
  allow: "*",
  threshold: "1000",
  commandrate: "1000000",
  fakelag: "no",
  hardsendq: "4M",
  softsendq: "1M",
  recvq: "1M",
  localmax: "100",
  globalmax: "100",
  maxchans: "100",
  resolvehostnames: "no",
};

function inspircdConfig(
  folder: string,
  ports: Ports,
  { certificate, extra = "", connect: overrides = {}, password }: IrcServerOptions,
): string {
  const { port, tlsPort } = ports;
  const limits = { ...GENEROUS, ...(password === undefined ? {} : { password }), ...overrides };
  const tls =
    certificate === undefined
      ? ""
      : `<module name="ssl_gnutls">
<sslprofile name="tls" provider="gnutls" certfile="${certificate.certFile}" keyfile="${certificate.keyFile}" hash="sha256">
<bind address="127.0.0.1" port="${tlsPort}" type="clients" sslprofile="tls">`;
  return `<config format="xml">
<server name="inspircd.test" description="for tests" network="Tests">
<admin name="nobody" nick="nobody" email="nobody@localhost">
<path configdir="${folder}" datadir="${folder}" logdir="${folder}" moduledir="${folder}/modules">
<pid file="${folder}/inspircd.pid">
<dns server="127.0.0.1" timeout="1">
<bind address="127.0.0.1" port="${port}" type="clients">
<module name="ircv3"><module name="ircv3_servertime"><module name="cap">
${tls}
<connect ${attributes(limits)}>
${typeof extra === "function" ? extra(ports) : extra}
`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ");
}

async function prepareNgircd(
  binary: string,
  folder: string,
  { port, tlsPort }: Ports,
  { certificate, extra = "", password }: IrcServerOptions,
): Promise<CommandLine> {
  const tls =
    certificate === undefined
      ? ""
      : `[SSL]
CertFile = ${certificate.certFile}
KeyFile = ${certificate.keyFile}
Ports = ${tlsPort}
`;
  const config = `[Global]
Name = ngircd.test
Info = for tests
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = "hello"
ServerUID = ${process.getuid?.() === 0 ? "nobody" : (process.getuid?.() ?? 0)}
${password === undefined ? "" : `Password = ${password}`}
[Limits]
MaxConnectionsIP = 0
MaxJoins = 100
MaxNickLength = 9
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = local0
${tls}
${typeof extra === "function" ? extra({ port, tlsPort }) : extra}
`;
  const configFile = join(folder, "ngircd.conf");
  await writeFile(configFile, config);
  return [binary, "--nodaemon", "--config", configFile];
}

export type CommandLine = readonly [string, ...string[]];

export function asNobody(command: CommandLine): CommandLine {
  if (process.getuid?.() !== 0) return command;
  return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", ...command];
}

/** A port that was free may be taken a moment later, so a start may take a few attempts. */
export async function start(recipe: Recipe): Promise<IrcServer> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-irc-"));
  await chmod(folder, 0o777);
  try {
    for (let attempt = 1; ; attempt++) {
      const ports = { port: await freePort(), tlsPort: await freePort() };
      const [command, ...args] = await recipe.prepare(folder, ports);
      const run = new ServerRun(command, args, ports.port);
      try {
        await run.start();
        return toServer(run, ports, folder);
      } catch (reason) {
        await run.kill();
        if (attempt === START_ATTEMPTS) throw reason;
      }
    }
  } catch (reason) {
    await rm(folder, { recursive: true, force: true });
    throw reason;
  }
}

function toServer(run: ServerRun, ports: Ports, folder: string): IrcServer {
  return {
    host: "127.0.0.1",
    ...ports,
    kill: () => run.kill(),
    signal: (signal) => run.signal(signal),
    async restart() {
      await run.kill();
      await run.start();
    },
    async close() {
      await run.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class ServerRun {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #port: number;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(command: string, args: readonly string[], port: number) {
    this.#command = command;
    this.#args = args;
    this.#port = port;
  }

  async start(): Promise<void> {
    this.#output = "";
    // No core files: inspircd 3.15 ends with a fault when it is told to stop.
    const child = spawn("sh", ["-c", 'ulimit -c 0; exec "$0" "$@"', this.#command, ...this.#args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-10_000);
      });
    }
    await waitFor(
      () => `${this.#command} to listen; it said: ${this.#output}`,
      () => {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`${this.#command} ended: ${this.#output}`);
        }
        return answers(this.#port);
      },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A self-signed certificate for 127.0.0.1 and localhost that the servers' user can read. */
export async function makeCertificate(openssl: string, folder: string) {
  await mkdir(folder, { recursive: true });
  const certFile = join(folder, "cert.pem");
  const keyFile = join(folder, "key.pem");
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  args.push(
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=127.0.0.1",
    "-addext",
    "subjectAltName=IP:127.0.0.1,DNS:localhost",
  );
  const child = spawn(openssl, [...args, "-keyout", keyFile, "-out", certFile], {
    stdio: "ignore",
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`openssl ended with ${code}`);
  await chmod(folder, 0o755);
  await chmod(keyFile, 0o644);
  return { certFile, keyFile };
}
