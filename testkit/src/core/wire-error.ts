/** Core's errors as a client gets them over the wire: a status, a message and trailers. */
import { Code, ConnectError } from "@connectrpc/connect";
import { BrokerError, errorTrailers } from "@seabird-chat/core/testing";

const MAX_STATUS_MESSAGE_BYTES = 1_024;

/** `headers`: those of the response. */
export function toConnectError(
  reason: unknown,
  headers: Readonly<Record<string, string>> = {},
): ConnectError {
  if (!(reason instanceof BrokerError)) return ConnectError.from(reason);
  const trailers = Object.entries(errorTrailers(reason, MAX_STATUS_MESSAGE_BYTES));
  const metadata = new Headers(headers);
  for (const [name, value] of trailers) metadata.set(name, String(value));
  const code = Number(metadata.get("grpc-status"));
  const message = decodeURIComponent(metadata.get("grpc-message") ?? "");
  return new ConnectError(message, code as Code, metadata);
}

/** The connection broke: the words of a reset stream. */
export function lost(): ConnectError {
  return new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled);
}

/** Nobody is there. */
export function refused(): ConnectError {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  return new ConnectError(cause.message, Code.Unavailable, undefined, undefined, cause);
}
