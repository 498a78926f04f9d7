/** Finds out whether a server speaks the other scheme: TLS where none was expected, or none. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Endpoint } from "./sts.ts";

/** Milliseconds without a line of the server after which the other scheme is tried. */
export const SILENT_MS = 4_000;
/** Milliseconds that the other scheme has to answer. */
const ANSWER_MS = 3_000;

/** How a server of IRC begins: with a source or tags, or one of these. */
const IRC_LINE = /^(?:[:@]\S+ |(?:NOTICE|ERROR|PING|CAP|[45]\d\d) )/;

/** `ircs://host:6697`, which is what to write. */
export function addressOf({ host, port, tls }: Endpoint): string {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  return `${tls ? "ircs" : "irc"}://${name}:${port}`;
}

/** The same port with the other scheme. */
export function withOtherScheme(endpoint: Endpoint): Endpoint {
  return { ...endpoint, tls: !endpoint.tls };
}

/** `h:6667 does not speak TLS; give irc://h:6667`. */
export function otherSchemeText(other: Endpoint): string {
  const what = other.tls ? "speaks TLS" : "does not speak TLS";
  return `${other.host}:${other.port} ${what}; give ${addressOf(other)}`;
}

/**
 * Whether a server answers there: with TLS by agreeing on it, without by a line of IRC. Nothing but
 * `CAP LS` is sent. Never rejects.
 */
export function answers({ host, port, tls }: Endpoint): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const at = { host, port, autoSelectFamily: true };
  let socket: Socket;
  if (tls) {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    // Whose certificate it is, the connection that follows checks.
    socket = connectTls({ ...at, ...servername, rejectUnauthorized: false }, () => resolve(true));
  } else {
    socket = connectTcp(at, () => socket.write("CAP LS 302\r\n"));
    socket.once("data", (data: Buffer) => resolve(IRC_LINE.test(data.toString("latin1"))));
  }
  const timer = setTimeout(() => resolve(false), ANSWER_MS);
  socket.on("error", () => resolve(false));
  socket.once("close", () => resolve(false));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
