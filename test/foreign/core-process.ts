/** Core as it is really run: a process of its own, on a free port, in a folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deadline } from "./deadline.ts";

const BIN = fileURLToPath(new URL("../../core/bin/seabird-core.js", import.meta.url));

/** Secrets of the tests' tokens, by the token's name. Words, so that transcripts can hold them. */
export const TOKENS = {
  plugin: "a-plugin-of-the-tests",
  other: "another-plugin-of-the-tests",
  backend: "a-backend-of-the-tests",
  /** Core does not know this one. */
  wrong: "nobody-of-the-tests",
} as const;

const SCOPES: readonly [keyof typeof TOKENS, string[]][] = [
  ["plugin", ["plugin"]],
  ["other", ["plugin"]],
  ["backend", ["backend:*/*"]],
];

export interface CoreProcess {
  readonly url: string;
  /** Asks it to stop, as an operator does; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once and removes its folder. Idempotent. */
  close(): Promise<void>;
}

/** `flags`: more of core's own, for example a shorter time limit. */
export async function startCoreProcess(flags: readonly string[] = []): Promise<CoreProcess> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-foreign-"));
  const child = spawn(process.execPath, [BIN, ...flags], {
    cwd: folder,
    env: { ...process.env, ...environment() },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  const keep = (bytes: Buffer) => {
    output = (output + bytes).slice(-16_384);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  const early = exit.then((code) => {
    throw new Error(`core left with ${code}: ${output}`);
  });
  early.catch(() => {});
  const url = await deadline(
    Promise.race([listening(child), early]),
    () => `core does not listen: ${output}`,
  );
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      return deadline(exit, () => `core does not stop: ${output}`);
    },
    async close() {
      child.kill("SIGKILL");
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function environment(): NodeJS.ProcessEnv {
  const extra = SCOPES.map(([name, scopes]) => ({
    name,
    hash: createHash("sha256").update(TOKENS[name]).digest("hex"),
    scopes,
  }));
  return {
    SEABIRD_BIND_HOST: "127.0.0.1:0",
    SEABIRD_EXTRA_TOKENS: JSON.stringify(extra),
    SEABIRD_LOG_FORMAT: "json",
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("message", (message: { type?: string; url?: string }) => {
      if (message.type === "listening" && message.url !== undefined) resolve(message.url);
    });
  });
}
