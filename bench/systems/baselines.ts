/** The programs that a core is measured against. */
import { startProcess } from "./start-process.ts";
import type { MeasuredSystem } from "./system.ts";

/** Bare node:http2 that moves the same bytes. */
export function startCeiling(nodeArguments: readonly string[] = []): Promise<MeasuredSystem> {
  const file = new URL("../programs/bare-core.ts", import.meta.url);
  return startProcess({ name: "ceiling", file, token: "none", bare: true, nodeArguments });
}

/** The smallest core on @grpc/grpc-js. */
export function startGrpcJs(nodeArguments: readonly string[] = []): Promise<MeasuredSystem> {
  const file = new URL("../programs/grpc-js-core.ts", import.meta.url);
  return startProcess({ name: "grpc-js", file, token: "none", bare: false, nodeArguments });
}
