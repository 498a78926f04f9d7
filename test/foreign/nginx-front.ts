/** Core, nginx before it, and clients that go through nginx. */
import { readFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import { needPrograms } from "../support/servers.ts";
import { type CoreProcess, startCoreProcess, TOKENS } from "./core-process.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";
import { type Nginx, startNginx } from "./nginx.ts";
import type { TokenName } from "./stage.ts";

export type Wire = "h2c" | "tls";

export interface Front {
  readonly core: CoreProcess;
  readonly nginx: Nginx;
  readonly ca: Buffer;
  /** A client through nginx. */
  through(wire: Wire, token: TokenName): GrpcJsClient;
}

export async function front(context: TestContext): Promise<Front | undefined> {
  const programs = needPrograms(context, "nginx", "openssl");
  if (programs === undefined) return undefined;
  const core = await startCoreProcess();
  context.after(() => core.close());
  const nginx = await startNginx(programs, core.url);
  context.after(() => nginx.close());
  const ca = await readFile(nginx.certificate);
  return {
    core,
    nginx,
    ca,
    through(wire, token) {
      const client = new GrpcJsClient({ url: nginx[wire], token: TOKENS[token] }, ca);
      context.after(() => client.close());
      return client;
    },
  };
}
