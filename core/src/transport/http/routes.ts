/** Plain pages: `/healthz`, `/readyz`, and those of the server's options, such as `/metrics`. */
import type { Authentication } from "../../auth/principal.ts";
import type { LineKind } from "../../broker/aggregated-log.ts";
import { BrokerError } from "../../broker/errors.ts";
import { checkAccess, refusalError } from "../calls/admission.ts";
import type { Access } from "../calls/method.ts";
import type { ServerContext } from "../server-context.ts";
import { grpcStatusOf } from "../status.ts";
import { answerText, type Exchange, refuseText, requestHeader } from "./exchange.ts";

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface Route {
  /** As `/metrics`. */
  readonly path: string;
  /** Scopes of which a token needs one; `open`: no token. */
  readonly access: Access;
  render(): Page | Promise<Page>;
}

const PAGE_FAILED: LineKind = { level: "error", by: "method", text: "page failed" };

export function healthRoutes(isServing: () => boolean): readonly Route[] {
  const page = (status: number, body: string): Page => ({
    status,
    contentType: "text/plain; charset=utf-8",
    body,
  });
  return [
    { path: "/healthz", access: "open", render: () => page(200, "ok\n") },
    {
      path: "/readyz",
      access: "open",
      render: () => (isServing() ? page(200, "ready\n") : page(503, "not serving\n")),
    },
  ];
}

/** Responds with the route's page, or with the error. */
export async function serveRoute(context: ServerContext, route: Route, exchange: Exchange) {
  const { request } = exchange;
  if (request.method !== "GET" && request.method !== "HEAD") {
    refuseText(exchange, 405, "only GET\n", { allow: "GET, HEAD" });
    return;
  }
  try {
    if (route.access !== "open") {
      const header = requestHeader(exchange, "authorization");
      admit(route.access, await exchange.source.authCache.authenticate(header));
    }
    const page = await route.render();
    answerText(exchange, page.status, page.body, { "content-type": page.contentType });
  } catch (reason) {
    const error = BrokerError.from(reason);
    if (error.code === "internal") context.peerLog.add(PAGE_FAILED, route.path, { error });
    refuseText(exchange, httpStatusOf(error), `${error.message}\n`, authenticateHeader(error));
  }
}

function admit(access: Access, answer: Authentication): void {
  if (!answer.ok) throw refusalError(answer.refusal);
  checkAccess(access, answer.principal);
}

function httpStatusOf(error: BrokerError): number {
  const byGrpcStatus: Readonly<Record<number, number>> = { 16: 401, 7: 403, 14: 503 };
  return byGrpcStatus[grpcStatusOf(error.code)] ?? 500;
}

function authenticateHeader(error: BrokerError): Readonly<Record<string, string>> {
  return httpStatusOf(error) === 401 ? { "www-authenticate": "Bearer" } : {};
}
