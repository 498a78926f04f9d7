/** Admits or refuses calls, by the same rules on every transport. */

import { cutUtf8, INSTANCE_HEADER } from "@seabird-chat/protocol";
import type { Principal, Refusal } from "../../auth/principal.ts";
import { BrokerError, missingScope, shuttingDown } from "../../broker/errors.ts";
import type { DiscoveryHeaders } from "../discovery.ts";
import type { ServerState } from "../server-context.ts";
import type { Access } from "./method.ts";

/** Of each refusal, which are few and constant, one error: peers without a token can cause many. */
const errors = new WeakMap<Refusal, BrokerError>();
const known = new WeakSet<BrokerError>();

/** The error of a failed authentication. */
export function refusalError(refusal: Refusal): BrokerError {
  let error = errors.get(refusal);
  if (error === undefined) {
    error = new BrokerError(refusal.code, refusal.message);
    errors.set(refusal, error);
    known.add(error);
  }
  return error;
}

/** Whether the error is one of `refusalError`, and so a constant. */
export function isRefusalError(error: BrokerError): boolean {
  return known.has(error);
}

/** Throws `missing_scope` unless the principal has one of the scopes. */
export function checkAccess(access: Access, principal: Principal | undefined): void {
  if (access === "open" || access === "any" || principal === undefined) return;
  if (access.some((scope) => principal.has(scope))) return;
  throw missingScope(access[0] ?? "admin");
}

/** Bytes of the instance in an error's message. */
const MAX_NAMED_BYTES = 64;

/**
 * Throws `other_instance` where the request names a run of core that is not this one
 * (docs/protocol.md: "Discovery"); `undefined`: it names none.
 */
export function checkInstance(
  { [INSTANCE_HEADER]: own }: DiscoveryHeaders,
  named: string | undefined,
): void {
  if (named === undefined || named === own) return;
  const other = cutUtf8(named, MAX_NAMED_BYTES);
  const message = `${INSTANCE_HEADER} "${other}" is another run of core, this one is "${own}": leave the header out to call any`;
  throw new BrokerError("other_instance", message);
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
