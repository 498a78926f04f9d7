/** A server under attack: core as it is really run, in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../../bench/load/peer.ts";
import { TOKEN_SCOPES, type TokenName } from "./attack.ts";

const CORE = fileURLToPath(new URL("../../core/bin/seabird-core.js", import.meta.url));
const START_TIMEOUT_MS = 120_000;
const MAX_OUTPUT = 16_384;

export interface AttackedSystem {
  readonly name: "core" | "grpc-go";
  readonly url: string;
  readonly pid: number | undefined;
  readonly tokens: Readonly<Record<TokenName, string>>;
  /** Whether it speaks HTTP/1.1 as well, and has all of core's methods. */
  readonly isCore: boolean;
  /** Lines of its log so far. */
  lines(): number;
  /** The last that it wrote. */
  output(): string;
  /** Whether its process is there. */
  isRunning(): boolean;
  close(): Promise<void>;
}

export interface CoreOptions {
  readonly nodeArguments?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Core on its defaults, with a token for each of `TOKEN_SCOPES` and a log of lines. */
export async function startCore(options: CoreOptions = {}): Promise<AttackedSystem> {
  const tokens = randomTokens();
  const extra = Object.entries(TOKEN_SCOPES).map(([name, scopes]) => ({
    name,
    hash: createHash("sha256")
      .update(tokens[name as TokenName])
      .digest("hex"),
    scopes,
  }));
  const env = {
    SEABIRD_BIND_HOST: "127.0.0.1:0",
    SEABIRD_EXTRA_TOKENS: JSON.stringify(extra),
    SEABIRD_LOG_FORMAT: "json",
    ...options.env,
  };
  const command = [process.execPath, ...(options.nodeArguments ?? []), CORE];
  return startAttacked({ name: "core", command, env, tokens });
}

export function randomTokens(): Record<TokenName, string> {
  const names = Object.keys(TOKEN_SCOPES);
  const tokens = names.map((name) => [name, randomBytes(32).toString("base64url")]);
  return Object.fromEntries(tokens);
}

export interface StartOptions {
  readonly name: AttackedSystem["name"];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<TokenName, string>>;
}

/** A program that says over IPC, or in a line `listening URL`, where it listens. */
export async function startAttacked(options: StartOptions): Promise<AttackedSystem> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-attack-"));
  const [program = "", ...args] = options.command;
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  let lines = 0;
  const keep = (bytes: Buffer) => {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    output = (output + bytes).slice(-MAX_OUTPUT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  let isRunning = true;
  const exited = new Promise<void>((resolve) =>
    child.once("close", () => {
      isRunning = false;
      resolve();
    }),
  );
  const close = async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const early = exited.then(() => Promise.reject(new Error(`it ended: ${output}`)));
    const listening = Promise.race([listeningUrl(child), early]);
    return {
      name: options.name,
      url: await within(START_TIMEOUT_MS, `start of ${options.name}`, listening),
      pid: child.pid,
      tokens: options.tokens,
      isCore: options.name === "core",
      lines: () => lines,
      output: () => output,
      isRunning: () => isRunning,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listeningUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("message", (message: { type?: string; url?: string }) => {
      if (message.type === "listening" && message.url !== undefined) resolve(message.url);
    });
    child.stdout?.on("data", (bytes: Buffer) => {
      const url = /^listening (\S+)$/m.exec(bytes.toString())?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
