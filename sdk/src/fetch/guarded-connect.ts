/** Connects to checked addresses only, and ends a connection that brings far more than its answer. */
import { buildConnector } from "undici";
import { tooLarge } from "./fetch-error.ts";
import type { FetchSettings } from "./fetch-options.ts";
import { guardedLookup } from "./guarded-lookup.ts";

/** For headers, which may be repeated before an answer (103), and for the frames of TLS and chunks. */
const OVERHEAD_BYTES = 1024 * 1024;

/**
 * `maxBytes` counts what is given to the reader. What gives nothing counts here: endless early
 * hints, chunk extensions, compressed blocks without content.
 */
export function guardedConnect(settings: FetchSettings): buildConnector.connector {
  const { rules, resolve, idleMs, maxBytes } = settings;
  const lookup = guardedLookup(rules, resolve);
  const connect = buildConnector({ lookup, timeout: idleMs, allowH2: false });
  const most = 2 * maxBytes + OVERHEAD_BYTES;
  return (target, callback) => {
    connect(target, (...result) => {
      const [, socket] = result;
      socket?.on("readable", () => {
        if (socket.bytesRead > most)
          socket.destroy(tooLarge(maxBytes, `takes more than ${most} bytes on the wire`));
      });
      callback(...result);
    });
  };
}
