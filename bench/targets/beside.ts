/** The programs that a core is measured against. */
import { startProcess } from "./start-process.ts";
import type { Target } from "./target.ts";

/** Bare node:http2 that moves the same bytes. */
export function startCeiling(): Promise<Target> {
  const file = new URL("../programs/bare-core.ts", import.meta.url);
  return startProcess({ name: "ceiling", file, token: "none", bare: true });
}

/** The smallest core on @grpc/grpc-js. */
export function startGrpcJs(): Promise<Target> {
  const file = new URL("../programs/grpc-js-core.ts", import.meta.url);
  return startProcess({ name: "grpc-js", file, token: "none", bare: false });
}
