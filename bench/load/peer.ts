/** A core under load: where it is, and what is known of it. */
import type { HeaderField } from "../wire/header-encoder.ts";

export interface Peer {
  readonly url: URL;
  readonly token: string;
  /**
   * Whether it is a program that only moves bytes: it wants no Hello, gets events in the form in
   * which they are delivered, and answers requests in their order.
   */
  readonly bare: boolean;
}

/** The headers of a gRPC call, as clients in the field send them. */
export function callHeaders(peer: Peer, path: string): readonly HeaderField[] {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", peer.url.host],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["user-agent", "seabird-bench"],
    ["authorization", `Bearer ${peer.token}`],
  ];
}

export const PATHS = {
  streamEvents: "/seabird.Seabird/StreamEvents",
  sendMessage: "/seabird.Seabird/SendMessage",
  ingestEvents: "/seabird.ChatIngest/IngestEvents",
} as const;

/** Rejects when `promise` has not settled after `ms`, saying what was waited for. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
