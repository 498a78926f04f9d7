/** Checks the name in a backend's Hello (protocol: "IngestEvents"). */
import type { BackendName } from "@seabird-chat/protocol";
import type { Caller } from "../caller.ts";
import { fits } from "../codec/utf8.ts";
import { BrokerError, missingScope } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

/** The error of a stream that does not begin as it should. */
export function badHello(message: string): BrokerError {
  return new BrokerError("bad_hello", message);
}

/** Throws `bad_hello`, or `missing_scope` if the caller may not be this backend. */
export function checkName(
  { type, id }: BackendName,
  caller: Caller,
  { maxBackendNameBytes }: ResolvedBrokerOptions,
): void {
  if (type === "" || id === "") throw badHello("hello without a backend type and id");
  if (!fits(type, maxBackendNameBytes) || !fits(id, maxBackendNameBytes)) {
    throw badHello(`backend type and id may have ${maxBackendNameBytes} bytes each`);
  }
  if (!caller.mayBeBackend(type, id)) throw missingScope(`backend:${type}/${id}`);
}
