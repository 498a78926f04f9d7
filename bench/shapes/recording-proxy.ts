/** An HTTP/2 proxy before a core that keeps the messages of each method, in both directions. */
import { once } from "node:events";
import { connect, createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { EnvelopeReader } from "../wire/envelopes.ts";

export interface RecordingProxy {
  readonly url: string;
  /** By path: what clients sent. */
  readonly requests: ReadonlyMap<string, readonly Buffer[]>;
  /** By path: what core sent. */
  readonly responses: ReadonlyMap<string, readonly Buffer[]>;
  close(): void;
}

export async function startRecordingProxy(coreUrl: URL): Promise<RecordingProxy> {
  const requests = new Map<string, Buffer[]>();
  const responses = new Map<string, Buffer[]>();
  const core = connect(coreUrl);
  core.on("error", () => undefined);
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", (client: ServerHttp2Stream, headers) => {
    const path = String(headers[":path"]);
    const upstream = core.request(headers);
    for (const stream of [client, upstream]) stream.on("error", () => undefined);
    client.on("data", recorder(requests, path)).pipe(upstream);
    upstream.on("response", (answer) => client.respond(answer, { waitForTrailers: true }));
    upstream.on("data", recorder(responses, path));
    upstream.on("data", (bytes: Buffer) => client.write(bytes));
    let trailers = {};
    upstream.on("trailers", (given) => {
      trailers = given;
    });
    client.on("wantTrailers", () => client.sendTrailers(trailers));
    upstream.on("end", () => client.end());
    client.on("close", () => upstream.close());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    responses,
    close() {
      core.destroy();
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function recorder(into: Map<string, Buffer[]>, path: string): (bytes: Buffer) => void {
  const kept = into.get(path) ?? [];
  into.set(path, kept);
  const reader = new EnvelopeReader();
  return (bytes) =>
    reader.read(bytes, 0, bytes.length, (message) => kept.push(Buffer.from(message)));
}
