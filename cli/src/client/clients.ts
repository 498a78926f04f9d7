/** The clients of a running core: the plugin side, the admin service and health. */
import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
} from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Messages, Seabird } from "@seabird-chat/protocol";
import { Admin } from "@seabird-chat/protocol/admin";
import { Health } from "@seabird-chat/protocol/grpc";
import { CliError } from "../process/cli-error.ts";
import { callFailure } from "./call-failure.ts";
import { requireToken, type Settings } from "./settings.ts";

/** A call to core; core's own limit for an action is 10 s. The command ends with exit code 5. */
const CALL_TIMEOUT_MS = 15_000;
/** Of a connection with a stream on it: one whose other end is gone is noticed by the next but one. */
const PING_MS = 30_000;

export interface Clients {
  readonly url: string;
  readonly seabird: Client<typeof Seabird>;
  readonly messages: Client<typeof Messages>;
  readonly admin: Client<typeof Admin>;
  readonly health: Client<typeof Health>;
  /** Ends the connection and whatever still runs on it. */
  close(): void;
}

/** Opens nothing yet. Without a token only health answers. */
export function createClients(url: string, token: string | undefined): Clients {
  const sessionManager = new Http2SessionManager(url, { pingIntervalMs: PING_MS });
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    interceptors: token === undefined ? [] : [bearer(token)],
  });
  return {
    url,
    seabird: createClient(Seabird, transport),
    messages: createClient(Messages, transport),
    admin: createClient(Admin, transport),
    health: createClient(Health, transport),
    close: () => sessionManager.abort(),
  };
}

/** The next step after a backend has refused something; undefined: there is none to name. */
export type RefusedHint = (clients: Clients) => Promise<string | undefined>;

/** Runs the work and explains what goes wrong in it. Throws a CliError if there is no token. */
export async function withClients<T>(
  settings: Settings,
  work: (clients: Clients) => Promise<T>,
  onRefused?: RefusedHint,
): Promise<T> {
  const clients = createClients(settings.url, requireToken(settings));
  try {
    return await work(clients);
  } catch (error) {
    const failure = callFailure(error, settings);
    const isRefused = error instanceof ConnectError && error.code === Code.Unknown;
    if (!isRefused || onRefused === undefined || failure.next !== undefined) throw failure;
    const next = await onRefused(clients).catch(() => undefined);
    throw new CliError(failure.exitCode, failure.message, next, failure.details);
  } finally {
    clients.close();
  }
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}
