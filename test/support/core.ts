/** The real core in this process: on a free port, with a database in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Config, type Core, type Log, loadConfig, serve } from "@seabird-chat/core";

export interface TestCore extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  readonly core: Core;
  /** What was logged, newest last. */
  readonly lines: readonly LogLine[];
  /** Makes a token with these scopes (default: plugin and every backend); returns its secret. */
  token(scopes?: readonly string[], name?: string): Promise<string>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

/** What a test may set: everything that core's configuration has. */
export type TestCoreOptions = Partial<
  Pick<Config, "brokerOptions" | "transportLimits" | "authOptions" | "corsOrigins" | "tls">
> & {
  readonly env?: Readonly<Record<string, string>>;
  /** Bounds of media that are constants. */
  readonly mediaLimits?: Config["media"]["limits"];
  /** How many lines of the log are kept (default 10,000). */
  readonly maxLines?: number;
};

/** Starts core; it is closed at the end of the test, if that is given. */
export async function startCore(
  options: TestCoreOptions = {},
  t?: Pick<TestContext, "after">,
): Promise<TestCore> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-core-"));
  const { env, maxLines = 10_000, mediaLimits, ...overrides } = options;
  const base = { SEABIRD_BIND_HOST: "127.0.0.1:0", DATABASE_URL: "sqlite:tokens.db", ...env };
  const loaded = loadConfig({ cwd: folder, env: base });
  const media = { ...loaded.media, limits: { ...loaded.media.limits, ...mediaLimits } };
  const config = { ...loaded, media, ...overrides };
  const lines: LogLine[] = [];
  const core = await serve({ config, log: collect(lines, maxLines) });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= core.close().finally(() => rm(folder, { recursive: true, force: true }));
    return closing;
  };
  t?.after(close);
  return {
    url: core.url,
    port: core.address.port,
    core,
    lines,
    async token(scopes = ["plugin", "backend:*/*"], name = "tester") {
      const { secret } = await core.tokens.create({ name, scopes });
      return secret;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The newest lines of a log, so that a test can look at them. */
function collect(lines: LogLine[], maxLines: number): Log {
  const add = (level: LogLine["level"]) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
    if (lines.length > maxLines) lines.shift();
  };
  return { debug: add("debug"), info: add("info"), warn: add("warn"), error: add("error") };
}
