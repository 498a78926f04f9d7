/** nginx in front of core, with the configuration that the manual gives. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./certificate.ts";
import { deadline, eventually } from "./deadline.ts";

const MANUAL = new URL("../../docs/behind-nginx.md", import.meta.url);

export interface Nginx {
  /** Its plain and its TLS address. */
  readonly h2c: string;
  readonly tls: string;
  /** The certificate to trust, a PEM file. */
  readonly certificate: string;
  close(): Promise<void>;
}

/** What the manual tells to write, and what is changed in it for a test. */
async function configuration(changes: readonly [string, string][]): Promise<string> {
  const manual = await readFile(MANUAL, "utf8");
  const blocks = [...manual.matchAll(/^```nginx\n(.*?)^```$/gms)].map(([, block]) => block);
  let text = blocks.join("\n");
  for (const [from, to] of changes) {
    if (text.split(from).length !== 2) throw new Error(`"${from}" is not once in the manual`);
    text = text.replace(from, to);
  }
  return text;
}

interface Programs {
  readonly nginx: string;
  readonly openssl: string;
}

/** Tries again when another took the port in between: nginx cannot be told to take any. */
export async function startNginx(programs: Programs, coreUrl: string): Promise<Nginx> {
  for (let tries = 3; ; tries -= 1) {
    try {
      return await startOnFreePorts(programs, coreUrl);
    } catch (error) {
      if (tries === 1 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOnFreePorts(programs: Programs, coreUrl: string): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-nginx-"));
  const { certificate, key, remove } = await makeCertificate(programs.openssl);
  const [plainPort, tlsPort] = [await freePort(), await freePort()];
  const upstream = (name: string, host: string) => `upstream ${name} {\n  server ${host};`;
  const site = await configuration([
    ...["seabird_core", "seabird_files"].map((name): [string, string] => [
      upstream(name, "127.0.0.1:11235"),
      upstream(name, new URL(coreUrl).host),
    ]),
    ["listen 443 ", `listen 127.0.0.1:${tlsPort} `],
    ["listen 11236 ", `listen 127.0.0.1:${plainPort} `],
    ["/etc/ssl/seabird/fullchain.pem", certificate],
    ["/etc/ssl/seabird/privkey.pem", key],
  ]);
  await writeFile(join(folder, "site.conf"), site);
  await writeFile(join(folder, "nginx.conf"), surroundings(folder));
  await mkdir(join(folder, "temp"));
  const clean = async () => {
    await remove();
    await rm(folder, { recursive: true, force: true });
  };
  const close = await run(programs.nginx, folder, plainPort, clean);
  return {
    h2c: `http://127.0.0.1:${plainPort}`,
    tls: `https://localhost:${tlsPort}`,
    certificate,
    close,
  };
}

/** What a distribution's nginx.conf has around conf.d, and what lets it run in any folder. */
function surroundings(folder: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    process.getuid?.() === 0 ? "user root;" : "",
    "daemon off;",
    "worker_processes 1;",
    `pid ${folder}/nginx.pid;`,
    "error_log stderr notice;",
    "events { worker_connections 768; }",
    "http {",
    "  access_log off;",
    ...temporary.map((name) => `  ${name}_temp_path ${folder}/temp/${name};`),
    `  include ${folder}/site.conf;`,
    "}",
    "",
  ].join("\n");
}

/** Starts it and waits until it listens; gives the way to stop it. */
async function run(
  nginx: string,
  folder: string,
  port: number,
  clean: () => Promise<void>,
): Promise<() => Promise<void>> {
  const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
  const child = spawn(nginx, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (bytes: Buffer) => {
    errors = (errors + bytes).slice(-16_384);
  });
  const exit = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const close = async () => {
    child.kill("SIGTERM");
    await deadline(exit, () => `nginx does not stop: ${errors}`);
    await clean();
  };
  const listens = eventually(() => reaches(port), Boolean, "nginx listens");
  const early = exit.then(() => Promise.reject(new Error(`nginx left: ${errors}`)));
  early.catch(() => {});
  try {
    await Promise.race([listens, early]);
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

/** A port that was free just now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function reaches(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
