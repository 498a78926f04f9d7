/** The STS policies of servers, in a small file that outlives a restart. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

/** Policies that are kept; beyond it the one that expires first is removed. */
export const MAX_STS_POLICIES = 100;

/** Bytes of the file; a larger one is rejected. */
const MAX_FILE_BYTES = 64 * 1024;

interface Policy {
  readonly port: number;
  readonly durationS: number;
  /** Unix milliseconds. */
  readonly endsAtMs: number;
}

export interface StsStoreOptions {
  /** Undefined: policies are kept in memory only. */
  readonly path?: string | undefined;
  /** The time in Unix milliseconds. Default: Date.now. */
  readonly wallMs?: () => number;
  /** The file cannot be read or written; policies are still kept in memory. */
  readonly failed?: (reason: string) => void;
}

export class StsStore {
  readonly #path: string | undefined;
  readonly #wallMs: () => number;
  readonly #failed: (reason: string) => void;
  readonly #policies: Map<string, Policy>;

  constructor({ path, wallMs = Date.now, failed = () => undefined }: StsStoreOptions = {}) {
    this.#path = path;
    this.#wallMs = wallMs;
    this.#failed = failed;
    this.#policies = this.#read();
  }

  /** The TLS port that the policy of a host requires; undefined without a policy. */
  portOf(host: string): number | undefined {
    const policy = this.#policies.get(keyOf(host));
    return policy !== undefined && policy.endsAtMs > this.#wallMs() ? policy.port : undefined;
  }

  /** Keeps or renews a policy; a duration of 0 ends it. */
  keep(host: string, port: number, durationS: number): void {
    const key = keyOf(host);
    const had = this.#policies.delete(key);
    if (durationS > 0) {
      this.#policies.set(key, { port, durationS, endsAtMs: endOf(this.#wallMs(), durationS) });
      this.#dropSurplus();
    } else if (!had) {
      return;
    }
    this.#write();
  }

  /** Restarts a policy's duration, as when a connection under it ends (IRCv3 STS). */
  renew(host: string): void {
    const policy = this.#policies.get(keyOf(host));
    if (policy !== undefined && this.portOf(host) !== undefined) {
      this.keep(host, policy.port, policy.durationS);
    }
  }

  #dropSurplus(): void {
    while (this.#policies.size > MAX_STS_POLICIES) {
      const [first] = [...this.#policies].sort(([, a], [, b]) => a.endsAtMs - b.endsAtMs);
      if (first !== undefined) this.#policies.delete(first[0]);
    }
  }

  #read(): Map<string, Policy> {
    if (this.#path === undefined) return new Map();
    try {
      return policiesIn(readFileSync(this.#path));
    } catch (reason) {
      if ((reason as NodeJS.ErrnoException).code !== "ENOENT") this.#report("read", reason);
      return new Map();
    }
  }

  #write(): void {
    if (this.#path === undefined) return;
    // Renamed into place, so that the file is never incomplete.
    const draft = `${this.#path}.${process.pid}.new`;
    const hosts = Object.fromEntries(this.#policies);
    try {
      writeFileSync(draft, `${JSON.stringify({ version: 1, hosts }, null, 2)}\n`, { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (reason) {
      this.#report("write", reason);
    }
  }

  #report(verb: string, reason: unknown): void {
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#failed(`cannot ${verb} the transport policies in "${this.#path}": ${why}`);
  }
}

function keyOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** Throws for a file in any other format. */
function policiesIn(bytes: Buffer): Map<string, Policy> {
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`it is ${bytes.length} bytes`);
  const content: unknown = JSON.parse(bytes.toString("utf8"));
  const hosts = isRecord(content) && isRecord(content["hosts"]) ? content["hosts"] : undefined;
  if (hosts === undefined) throw new Error("it holds no policies");
  const policies = new Map<string, Policy>();
  for (const [host, value] of Object.entries(hosts).slice(0, MAX_STS_POLICIES)) {
    if (isPolicy(value)) policies.set(keyOf(host), value);
  }
  return policies;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPolicy(value: unknown): value is Policy {
  if (!isRecord(value)) return false;
  const { port, durationS, endsAtMs } = value as Partial<Record<keyof Policy, unknown>>;
  return isWhole(port, 65_535) && isWhole(durationS) && isWhole(endsAtMs);
}

function isWhole(value: unknown, most = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;
}

function endOf(nowMs: number, durationS: number): number {
  return Math.round(nowMs) + durationS * 1_000;
}
