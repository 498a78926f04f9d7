/** Our core, as `seabird core` starts it: tokens checked, limits and metrics on, nothing raised. */
import { createHash, randomBytes } from "node:crypto";
import { startProcess } from "./start-process.ts";
import type { MeasuredSystem } from "./system.ts";

const BIN = new URL("../../core/bin/seabird-core.js", import.meta.url);

/** What differs from a core that was started without any setting; printed with the results. */
export const OUR_CORE_SETTINGS =
  "core on its defaults, no limit raised; one token (plugin, backend:*/*) in SEABIRD_EXTRA_TOKENS, a free port";

export interface OurCoreOptions {
  readonly nodeArguments?: readonly string[];
  /** Where Node keeps compiled code between starts; a new folder makes a first start. */
  readonly compileCache?: string;
}

export async function startOurCore(options: OurCoreOptions = {}): Promise<MeasuredSystem> {
  const token = randomBytes(32).toString("base64url");
  const hash = createHash("sha256").update(token).digest("hex");
  const extra = [{ name: "bench", hash, scopes: ["plugin", "backend:*/*"] }];
  return startProcess({
    name: "core",
    file: BIN,
    token,
    bare: false,
    env: {
      SEABIRD_BIND_HOST: "127.0.0.1:0",
      SEABIRD_EXTRA_TOKENS: JSON.stringify(extra),
      SEABIRD_LOG_FORMAT: "json",
      ...(options.compileCache === undefined ? {} : { NODE_COMPILE_CACHE: options.compileCache }),
    },
    ...(options.nodeArguments === undefined ? {} : { nodeArguments: options.nodeArguments }),
  });
}
