/** One address for several servers: each call goes to the one that the test chooses, or is lost. */
import { once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** The url of a server; `undefined`: the client's connection is lost with the call on it. */
export type Route = (headers: IncomingHttpHeaders) => string | undefined;

export async function startHttp2Router(route: Route, t: TestContext): Promise<string> {
  const sessions = new Map<string, ClientHttp2Session>();
  const sessionTo = (url: string) => {
    const known = sessions.get(url);
    if (known !== undefined) return known;
    const session = connect(url);
    sessions.set(url, session);
    return session;
  };
  const server = createServer();
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    const url = route(headers);
    if (url === undefined) stream.session?.destroy();
    else forward(stream, headers, sessionTo(url));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const session of sessions.values()) session.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  session: ClientHttp2Session,
): void {
  const call = session.request({ ...headers });
  let trailers: IncomingHttpHeaders = {};
  call.on("error", () => stream.close());
  call.on("trailers", (received) => {
    trailers = received;
  });
  call.on("response", (received, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond({ ...received }, { endStream, waitForTrailers: !endStream });
    if (!endStream) call.pipe(stream);
  });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.pipe(call);
}
