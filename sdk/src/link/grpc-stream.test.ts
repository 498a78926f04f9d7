/** Streams against servers that do whatever HTTP/2 allows, and more: each ends with a SeabirdError. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  constants,
  type Http2Session,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { test } from "node:test";
import type { SeabirdErrorCode } from "./errors.ts";
import { frame, GRPC, OK, open, respond, type Serve, serve } from "./test/http2-server.ts";

interface Row {
  readonly serve: Serve;
  /** The code and message of the error, or `ok`. */
  readonly ends: "ok" | readonly [code: SeabirdErrorCode, message: RegExp, retryAfterMs?: number];
  /** Messages read before. Default: none. */
  readonly reads?: readonly string[];
}

const only = (headers: OutgoingHttpHeaders): Serve => {
  return (stream) => stream.respond(headers, { endStream: true });
};
const body = (bytes: Buffer, headers = GRPC, trailers: OutgoingHttpHeaders = OK): Serve => {
  return (stream) => respond(stream, headers, trailers).end(bytes);
};
/** Sends one message, and does the rest when it has been read. */
const then = (next: (stream: ServerHttp2Stream, session: Http2Session) => unknown): Serve => {
  return async (stream, received) => {
    const { session } = stream;
    respond(stream).write(frame("a"));
    await received;
    assert.ok(session !== undefined);
    next(stream, session);
  };
};
const LOST = ["unavailable", /^the connection to core was lost$/] as const;
const http = (status: number, code: SeabirdErrorCode): Row => ({
  serve: only({ ":status": status, "content-type": "text/plain", "retry-after-ms": "7" }),
  ends: [code, new RegExp(`^HTTP ${status}$`), 7],
});
const reset = (code: number, ends: Row["ends"]): Row => ({
  serve: then((stream) => stream.close(code)),
  ends,
  reads: ["a"],
});

const ROWS: Readonly<Record<string, Row>> = {
  "messages in one write, and one over many": {
    async serve(stream) {
      respond(stream).write(Buffer.concat([frame("a"), frame(""), frame("bc")]));
      for (const byte of frame("long ago")) {
        await new Promise((resolve) => stream.write(Buffer.of(byte), resolve));
      }
      stream.end(frame("z"));
    },
    ends: "ok",
    reads: ["a", "", "bc", "long ago", "z"],
  },
  "a status in the headers": { serve: only({ ...GRPC, ...OK }), ends: "ok" },
  "proto in the content type": {
    serve: body(frame("a"), { ...GRPC, "content-type": "application/grpc+proto" }),
    ends: "ok",
    reads: ["a"],
  },
  "an error in the headers": {
    serve: only({
      ...GRPC,
      "grpc-status": "6",
      "grpc-message": "%22a%22 taken",
      "retry-after-ms": "250",
    }),
    ends: ["already_exists", /^"a" taken$/, 250],
  },
  "an error in the trailers": {
    serve: body(frame("a"), GRPC, {
      "grpc-status": "16",
      "grpc-message": "wer%3F %C3%A4",
      "retry-after-ms": "9",
    }),
    ends: ["unauthenticated", /^wer\? ä$/, 9],
    reads: ["a"],
  },
  "a message that is not percent-encoded": {
    serve: only({ ...GRPC, "grpc-status": "5", "grpc-message": "100% of %zz" }),
    ends: ["not_found", /^100% of %zz$/],
  },
  "a status that is no number": {
    serve: only({ ...GRPC, "grpc-status": "soon" }),
    ends: ["internal", /invalid grpc-status: soon/],
  },
  "a status with a zero in front": {
    serve: only({ ...GRPC, "grpc-status": "00" }),
    ends: ["internal", /invalid grpc-status: 00/],
  },
  "a status beyond gRPC's": {
    serve: only({ ...GRPC, "grpc-status": "17" }),
    ends: ["internal", /invalid grpc-status: 17/],
  },
  "no trailers": {
    serve: (stream) => {
      stream.respond(GRPC);
      stream.end(frame("a"));
    },
    ends: ["internal", /missing status/],
    reads: ["a"],
  },
  "trailers without a status": {
    serve: body(frame("a"), GRPC, { other: "1" }),
    ends: ["internal", /missing status/],
    reads: ["a"],
  },
  "another content type": {
    serve: only({ ":status": 200, "content-type": "text/html" }),
    ends: ["unknown", /unsupported content type text\/html/],
  },
  "no content type": { serve: only({ ":status": 200 }), ends: ["unknown", /content type none/] },
  "HTTP 400": http(400, "internal"),
  "HTTP 401": http(401, "unauthenticated"),
  "HTTP 403": http(403, "permission_denied"),
  "HTTP 404": http(404, "unimplemented"),
  "HTTP 429": http(429, "unavailable"),
  "HTTP 500": http(500, "unknown"),
  "HTTP 503": http(503, "unavailable"),
  "HTTP 302": http(302, "unknown"),
  "a compressed message": {
    serve: body(frame("a", 1)),
    ends: ["internal", /compressed message, which was not asked for/],
  },
  "a compression that nobody asked for": {
    serve: body(frame("a", 1), { ...GRPC, "grpc-encoding": "gzip" } as typeof GRPC),
    ends: ["internal", /response encoding "gzip"/],
  },
  "an end within a message": {
    serve: body(frame("abc").subarray(0, 6)),
    ends: ["invalid_argument", /incomplete/],
  },
  "an end within a prefix": {
    serve: body(Buffer.concat([frame("a"), Buffer.alloc(3)])),
    ends: ["invalid_argument", /incomplete/],
    reads: ["a"],
  },
  "a message of 4 MiB and a byte": {
    serve: (stream) => respond(stream).write(Buffer.from([0, 0, 0x40, 0, 1])),
    ends: ["resource_exhausted", /a message of 4194305 bytes, more than the 4194304 allowed/],
  },
  "HTTP/1 in place of messages": {
    serve: body(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
    ends: ["resource_exhausted", /a message of 1414811695 bytes/],
  },
  "a reset with NO_ERROR": reset(constants.NGHTTP2_NO_ERROR, ["internal", /missing status/]),
  "a reset with PROTOCOL_ERROR": reset(1, ["unavailable", /NGHTTP2_PROTOCOL_ERROR/]),
  "a reset with INTERNAL_ERROR": reset(2, ["unavailable", /NGHTTP2_INTERNAL_ERROR/]),
  "a reset with FLOW_CONTROL_ERROR": reset(3, ["unavailable", /NGHTTP2_FLOW_CONTROL_ERROR/]),
  "a reset with STREAM_CLOSED": reset(5, ["unavailable", /NGHTTP2_STREAM_CLOSED/]),
  "a reset with REFUSED_STREAM": reset(7, ["unavailable", /NGHTTP2_REFUSED_STREAM/]),
  "a reset with CANCEL": reset(8, LOST),
  "a reset with ENHANCE_YOUR_CALM": reset(11, ["unavailable", /NGHTTP2_ENHANCE_YOUR_CALM/]),
  "a reset with HTTP_1_1_REQUIRED": reset(13, ["unavailable", /NGHTTP2_HTTP_1_1_REQUIRED/]),
  "a reset with a code of its own": reset(99, ["unavailable", /error code 99/]),
  "a reset before the headers": { serve: (stream) => stream.close(8), ends: LOST },
  "a reset with NO_ERROR before the headers": { serve: (stream) => stream.close(0), ends: LOST },
  "GOAWAY, and the stream goes on": {
    serve: then((stream, session) => {
      session.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
      stream.end(frame("b"));
    }),
    ends: "ok",
    reads: ["a", "b"],
  },
  "GOAWAY with an error": {
    serve: then((_, session) => session.goaway(constants.NGHTTP2_INTERNAL_ERROR)),
    ends: ["unavailable", /Session closed with error code 2/],
    reads: ["a"],
  },
  "a connection that ends": {
    serve: then((_, session) => session.destroy()),
    ends: LOST,
    reads: ["a"],
  },
  "a connection that ends before the headers": {
    serve: (stream) => stream.session?.destroy(),
    ends: LOST,
  },
};

for (const [name, row] of Object.entries(ROWS)) {
  test(name, { timeout: 10_000 }, async (t) => {
    const received = Promise.withResolvers<void>();
    const connection = await serve(row.serve, received.promise, t);
    const reads: string[] = [];
    const stream = open(connection, {
      onMessage(bytes) {
        reads.push(Buffer.from(bytes).toString());
        received.resolve();
        return undefined;
      },
    });
    await stream.send([Buffer.from("request")]);
    if (row.ends === "ok") await stream.ended;
    else {
      const [code, message, retryAfterMs] = row.ends;
      await assert.rejects(stream.ended, { name: "SeabirdError", code, message, retryAfterMs });
    }
    assert.deepEqual(reads, row.reads ?? []);
  });
}
