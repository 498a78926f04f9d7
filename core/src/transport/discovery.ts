/**
 * What every response says about core in its first headers (docs/protocol.md: "Discovery"): the
 * names of its extensions, and a random name for this run.
 */
import { randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http2";
import { EXTENSIONS_HEADER, INSTANCE_HEADER } from "@seabird-chat/protocol";
import type { BrokerError } from "../broker/errors.ts";
import { EXTENSIONS } from "../broker/extensions.ts";

export type DiscoveryHeaders = Readonly<Record<string, string>>;

/** The names of the headers, for browsers. */
export const DISCOVERY_HEADER_NAMES: readonly string[] = [EXTENSIONS_HEADER, INSTANCE_HEADER];

/** The headers of a new run of core. */
export function discoveryHeaders(): DiscoveryHeaders {
  return Object.freeze({
    [EXTENSIONS_HEADER]: EXTENSIONS.join(),
    [INSTANCE_HEADER]: randomUUID(),
  });
}

/** The headers of a native gRPC response. */
export interface GrpcHeaders {
  readonly byName: Readonly<Record<string, string | number>>;
  /** The same as a list of names and values, for which Node makes no object per call. */
  readonly list: readonly string[];
  /** Those of a response with only a status, by the errors that are used again and again. */
  readonly ofErrors: WeakMap<BrokerError, OutgoingHttpHeaders>;
}

export function grpcHeaders(discovery: DiscoveryHeaders): GrpcHeaders {
  const byName = { ":status": 200, "content-type": "application/grpc", ...discovery };
  const list = Object.entries(byName).flatMap(([name, value]) => [name, String(value)]);
  return { byName: Object.freeze(byName), list: Object.freeze(list), ofErrors: new WeakMap() };
}
