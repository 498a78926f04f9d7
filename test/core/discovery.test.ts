/** Every response to a call says in its first headers which extensions core has, and which run it is. */
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { after, before, describe, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { StreamEventsRequestSchema } from "@seabird-chat/protocol";
import { startCore, type TestCore } from "../support/core.ts";

interface Call {
  readonly path: string;
  readonly token: boolean;
  /** The request, encoded; as JSON where a wire speaks that. */
  readonly bytes?: Uint8Array;
  readonly json?: string;
  readonly isStream?: boolean;
}

const SERVICE = "/seabird.Seabird";
const UNKNOWN_KIND = { options: { kinds: ["nope"] } };

const CALLS: Record<string, Call> = {
  "a reply": { path: `${SERVICE}/GetCoreInfo`, token: true },
  "a refusal without a token": { path: `${SERVICE}/GetCoreInfo`, token: false },
  "a refusal of the request": { path: `${SERVICE}/SendMessage`, token: true },
  "a refusal of an unknown method": { path: `${SERVICE}/Nope`, token: true },
  "a reply of another service": { path: "/grpc.health.v1.Health/Check", token: false },
  "an open stream": { path: `${SERVICE}/StreamEvents`, token: true, isStream: true },
  "a refused stream": {
    path: `${SERVICE}/StreamEvents`,
    token: true,
    isStream: true,
    bytes: toBinary(StreamEventsRequestSchema, create(StreamEventsRequestSchema, UNKNOWN_KIND)),
    json: JSON.stringify(UNKNOWN_KIND),
  },
  "a stream without a token": { path: `${SERVICE}/StreamEvents`, token: false, isStream: true },
};

type Discovered = readonly [extensions: string | null, instance: string | null];

/** Makes the call and returns its first headers. */
type Wire = (url: string, call: Call, token: string) => Promise<Discovered>;

function enveloped(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, 5);
  return bytes;
}

const NONE = new Uint8Array(0);
const bearer = ({ token }: Call, secret: string): Record<string, string> =>
  token ? { authorization: `Bearer ${secret}` } : {};

const grpc: Wire = (url, call, token) =>
  new Promise((resolve, reject) => {
    const session = connect(url);
    session.on("error", reject);
    const stream = session.request({
      ":method": "POST",
      ":path": call.path,
      "content-type": "application/grpc",
      te: "trailers",
      ...bearer(call, token),
    });
    stream.on("error", reject);
    stream.once("response", (headers) => {
      const of = (name: string) => (headers[name] as string | undefined) ?? null;
      resolve([of("seabird-extensions"), of("seabird-instance")]);
      session.destroy();
    });
    stream.end(enveloped(call.bytes ?? NONE));
  });

async function fetched(url: string, path: string, init: RequestInit): Promise<Discovered> {
  const stop = new AbortController();
  const response = await fetch(`${url}${path}`, { ...init, method: "POST", signal: stop.signal });
  const found = [
    response.headers.get("seabird-extensions"),
    response.headers.get("seabird-instance"),
  ] as const;
  stop.abort();
  return found;
}

const grpcWeb: Wire = (url, call, token) =>
  fetched(url, call.path, {
    headers: { "content-type": "application/grpc-web+proto", ...bearer(call, token) },
    body: enveloped(call.bytes ?? NONE),
  });

const json: Wire = (url, call, token) => {
  const text = call.json ?? "{}";
  const type = call.isStream === true ? "application/connect+json" : "application/json";
  return fetched(url, call.path, {
    headers: { "content-type": type, ...bearer(call, token) },
    body: call.isStream === true ? enveloped(new TextEncoder().encode(text)) : text,
  });
};

const WIRES: Record<string, Wire> = { "native gRPC": grpc, "gRPC-Web": grpcWeb, JSON: json };

for (const [wireName, wire] of Object.entries(WIRES)) {
  describe(`discovery over ${wireName}`, () => {
    let core: TestCore;
    let token: string;
    let instance: string | null;

    before(async () => {
      core = await startCore({});
      token = await core.token();
      [, instance] = await grpc(core.url, { path: `${SERVICE}/GetCoreInfo`, token: true }, token);
      assert.match(instance ?? "", /^[\x21-\x7e]{16,}$/);
    });

    after(() => core.close());

    for (const [name, call] of Object.entries(CALLS)) {
      test(name, async () => {
        assert.deepEqual(await wire(core.url, call, token), ["messages,media", instance]);
      });
    }
  });
}

test("each run of core has a name of its own", async (t) => {
  const cores = [await startCore({}, t), await startCore({}, t)];
  const call = { path: `${SERVICE}/GetCoreInfo`, token: false };
  const found = await Promise.all(cores.map(({ url }) => grpc(url, call, "")));
  assert.notEqual(found[0]?.[1], found[1]?.[1]);
});

test("browsers may read both headers", async (t) => {
  const core = await startCore({ corsOrigins: ["https://chat.example"] }, t);
  const response = await fetch(`${core.url}${SERVICE}/GetCoreInfo`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: "https://chat.example" },
    body: "{}",
  });
  await response.text();
  const exposed = (response.headers.get("access-control-expose-headers") ?? "").split(", ");
  assert.ok(exposed.includes("seabird-extensions") && exposed.includes("seabird-instance"));
});
