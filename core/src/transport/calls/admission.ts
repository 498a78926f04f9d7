/** Admits or refuses calls, by the same rules on every transport. */
import type { Authentication, Principal } from "../../auth/principal.ts";
import { BrokerError, missingScope, shuttingDown } from "../../broker/errors.ts";
import type { ServerState } from "../server-context.ts";
import type { Access } from "./method.ts";

/** The error of a failed authentication. */
export function refusalError(refusal: Extract<Authentication, { ok: false }>["refusal"]) {
  return new BrokerError(refusal.code, refusal.message);
}

/** Throws `missing_scope` unless the principal has one of the scopes. */
export function checkAccess(access: Access, principal: Principal | undefined): void {
  if (access === "open" || access === "any" || principal === undefined) return;
  if (access.some((scope) => principal.has(scope))) return;
  throw missingScope(access[0] ?? "admin");
}

/** Throws `shutting_down` while core takes no new calls. */
export function checkOpen(
  context: { readonly state: Pick<ServerState, "shuttingDown"> },
  access: Access,
): void {
  if (context.state.shuttingDown && access !== "open") {
    throw shuttingDown();
  }
}
