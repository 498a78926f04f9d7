/**
 * What an attacker can do with HTTP/2 that is allowed, or nearly: after each attack core lives,
 * and holds what it held before.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startCore, type TestCore, type TestCoreOptions } from "../support/core.ts";
import {
  callHeader,
  FLAG,
  FrameConnection,
  frame,
  headerBlock,
  openingFrame,
  setting,
  TYPE,
  uint32,
} from "../support/frames.ts";
import { steadyGauges } from "../support/gauges.ts";
import { envelope, RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const EVENTS = "/seabird.Seabird/StreamEvents";
const SEND = "/seabird.Seabird/SendMessage";
const INGEST = "/seabird.ChatIngest/IngestEvents";
const EMPTY = new Uint8Array(0);
const INITIAL_WINDOW_SIZE = 4;

interface There {
  readonly core: TestCore;
  readonly token: string;
  /** A connection that the attack may use up. */
  readonly attacker: FrameConnection;
}

interface Attack {
  readonly options?: TestCoreOptions;
  /** What the attacker's SETTINGS say. */
  readonly settings?: readonly Buffer[];
  readonly run: (there: There) => Promise<void>;
}

const repeated = (count: number, part: Uint8Array) =>
  Buffer.concat(Array.from({ length: count }, () => part));

const closed = (attacker: FrameConnection) => until("its end", () => attacker.closed);

/** An answer has come, to its end. */
const answered = (attacker: FrameConnection, stream: number) =>
  until("an answer", () =>
    attacker.received(TYPE.headers, stream).some(({ flags }) => (flags & FLAG.endStream) !== 0),
  );

/** Shows the token in a call on stream 1; then the connection may have all the streams there are. */
async function authenticate({ attacker, token }: There): Promise<void> {
  const settings = attacker.received(TYPE.settings).length;
  await attacker.send(
    openingFrame(1, INFO, token),
    frame(TYPE.data, FLAG.endStream, 1, envelope(EMPTY)),
  );
  await until("more streams", () =>
    attacker
      .received(TYPE.settings)
      .slice(settings)
      .some(({ flags }) => (flags & FLAG.ack) === 0),
  );
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  "a header that goes on without end": {
    async run({ attacker, token }) {
      await attacker.send(frame(TYPE.headers, 0, 1, headerBlock(callHeader(INFO, token))));
      const more = frame(TYPE.continuation, 0, 1, headerBlock([["x-more", "x".repeat(100)]]));
      for (let i = 0; i < 1_000 && !attacker.closed; i += 1) await attacker.send(more);
      await closed(attacker);
    },
  },
  "empty continuations": {
    async run({ attacker, token }) {
      await attacker.send(frame(TYPE.headers, 0, 1, headerBlock(callHeader(INFO, token))));
      const more = repeated(100, frame(TYPE.continuation, 0, 1, EMPTY));
      for (let i = 0; i < 1_000 && !attacker.closed; i += 1) await attacker.send(more);
      await closed(attacker);
    },
  },
  "a header beyond its limit": {
    async run({ attacker, token }) {
      const long = ["x-long", "x".repeat(15_000)] as const;
      const block = headerBlock([...callHeader(INFO, token), long, ["x-more", "y".repeat(2_000)]]);
      const parts = [block.subarray(0, 16_000), block.subarray(16_000)];
      await attacker.send(
        frame(TYPE.headers, FLAG.endStream, 1, parts[0] ?? EMPTY),
        frame(TYPE.continuation, FLAG.endHeaders, 1, parts[1] ?? EMPTY),
      );
      await until(
        "a refusal",
        () => attacker.closed || attacker.received(TYPE.rstStream).length > 0,
      );
    },
  },
  "pings whose answers are not read": {
    async run({ attacker }) {
      attacker.socket.pause();
      const pings = repeated(1_000, frame(TYPE.ping, 0, 0, Buffer.alloc(8)));
      let stuck = false;
      for (let i = 0; i < 2_000 && !attacker.closed && !stuck; i += 1) {
        const sent = attacker.send(pings).then(() => true);
        const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2_000));
        stuck = !(await Promise.race([sent, late]));
      }
    },
  },
  "settings at full speed": {
    async run({ attacker }) {
      const settings = repeated(500, frame(TYPE.settings, 0, 0, setting(3, 100)));
      for (let i = 0; i < 100 && !attacker.closed; i += 1) await attacker.send(settings);
    },
  },
  "priorities of streams that do not exist": {
    async run({ attacker, token }) {
      for (let base = 0; base < 20_000; base += 1_000) {
        const frames = Array.from({ length: 1_000 }, (_, index) =>
          frame(TYPE.priority, 0, (base + index) * 2 + 1, Buffer.from([0, 0, 0, 0, 16])),
        );
        await attacker.send(...frames);
      }
      await attacker.send(
        openingFrame(40_001, INFO, token),
        frame(TYPE.data, FLAG.endStream, 40_001, envelope(EMPTY)),
      );
      await until(
        "an end",
        () => attacker.closed || attacker.received(TYPE.headers, 40_001).length > 0,
      );
    },
  },
  "a window that overflows": {
    async run({ attacker }) {
      await attacker.send(
        frame(TYPE.windowUpdate, 0, 0, uint32(2 ** 31 - 1)),
        frame(TYPE.windowUpdate, 0, 0, uint32(2 ** 31 - 1)),
      );
      await closed(attacker);
    },
  },
  "a window that grows by nothing": {
    async run({ attacker }) {
      await attacker.send(frame(TYPE.windowUpdate, 0, 0, uint32(0)));
      await closed(attacker);
    },
  },
  "empty frames of data": {
    async run({ attacker, token }) {
      await attacker.send(openingFrame(1, SEND, token));
      const frames = repeated(100, frame(TYPE.data, 0, 1, EMPTY));
      for (let i = 0; i < 1_000 && !attacker.closed; i += 1) await attacker.send(frames);
      await closed(attacker);
    },
  },
  "a message in frames of one byte": {
    async run({ attacker, token }) {
      await attacker.send(openingFrame(1, INGEST, token));
      const bytes = envelope(Buffer.alloc(20_000));
      await attacker.send(
        ...Array.from(bytes, (byte) => frame(TYPE.data, 0, 1, Uint8Array.of(byte))),
      );
      await answered(attacker, 1);
    },
  },
  "trailers after the message": {
    async run({ attacker, token }) {
      const trailers = frame(
        TYPE.headers,
        FLAG.endHeaders | FLAG.endStream,
        1,
        headerBlock([["x-trailer", "1"]]),
      );
      await attacker.send(
        openingFrame(1, INFO, token),
        frame(TYPE.data, 0, 1, envelope(EMPTY)),
        trailers,
      );
      await answered(attacker, 1);
    },
  },
  "a second header in the middle": {
    async run({ attacker, token }) {
      await attacker.send(openingFrame(1, INFO, token), openingFrame(1, INFO, token));
      await until("an end", () => attacker.closed || attacker.received(TYPE.rstStream).length > 0);
    },
  },
  "data after the end of a stream": {
    async run({ attacker, token }) {
      await attacker.send(
        openingFrame(1, INFO, token),
        frame(TYPE.data, FLAG.endStream, 1, envelope(EMPTY)),
        frame(TYPE.data, 0, 1, envelope(EMPTY)),
      );
      await until("an end", () => attacker.closed || attacker.frames.length > 1);
    },
  },
  "a call that ends with its header": {
    async run({ attacker, token }) {
      await attacker.send(openingFrame(1, INFO, token, FLAG.endStream));
      await answered(attacker, 1);
    },
  },
  "more streams than allowed": {
    async run({ attacker, token }) {
      for (let stream = 1; stream < 6_000 && !attacker.closed; stream += 2) {
        await attacker.send(openingFrame(stream, SEND, token));
      }
      await closed(attacker);
    },
  },
  "calls that never end their message": {
    options: { transportLimits: { requestBodyTimeoutMs: 300 } },
    async run(there) {
      const { attacker, token, core } = there;
      await authenticate(there);
      const streams = Array.from({ length: 500 }, (_, index) => index * 2 + 3);
      for (const stream of streams) {
        await attacker.send(
          openingFrame(stream, SEND, token),
          frame(TYPE.data, 0, stream, Buffer.from([0, 0, 0, 0, 200, 1, 2, 3])),
        );
      }
      for (const stream of streams) await answered(attacker, stream);
      assert.equal(core.core.broker.stats().requestsInFlight, 0);
    },
  },
  "1,000 streams that are never read": {
    settings: [setting(INITIAL_WINDOW_SIZE, 0)],
    async run(there) {
      const { attacker, token, core } = there;
      await authenticate(there);
      for (let stream = 3; stream < 2_002; stream += 2) {
        await attacker.send(
          openingFrame(stream, EVENTS, token),
          frame(TYPE.data, FLAG.endStream, stream, envelope(EMPTY)),
        );
      }
      await until("all of them", () => core.core.broker.stats().eventStreams === 1_000);
      const backend = await RawBackend.connect(core.url, token);
      for (let i = 0; i < 100; i += 1) backend.say("#chan", "x".repeat(1_000));
      await until("the events", () => core.core.broker.stats().lastSequence >= 100);
      await backend.close();
    },
  },
  "a window that opens byte by byte": {
    settings: [setting(INITIAL_WINDOW_SIZE, 0)],
    async run({ attacker, token }) {
      await attacker.send(
        openingFrame(1, INFO, token),
        frame(TYPE.data, FLAG.endStream, 1, envelope(EMPTY)),
      );
      await until("the header", () => attacker.received(TYPE.headers, 1).length > 0);
      const ended = () =>
        attacker.received(TYPE.headers, 1).some(({ flags }) => (flags & FLAG.endStream) !== 0);
      for (let i = 0; i < 100 && !ended(); i += 1) {
        await attacker.send(frame(TYPE.windowUpdate, 0, 1, uint32(1)));
      }
      await answered(attacker, 1);
    },
  },
  "a window that is taken back": {
    async run({ attacker, token, core }) {
      await attacker.send(
        openingFrame(1, EVENTS, token),
        frame(TYPE.data, FLAG.endStream, 1, envelope(EMPTY)),
      );
      await until("the stream", () => core.core.broker.stats().eventStreams === 1);
      const backend = await RawBackend.connect(core.url, token);
      for (let i = 0; i < 50; i += 1) backend.say("#chan", "x".repeat(1_000));
      await until("some data", () => attacker.received(TYPE.data, 1).length > 0);
      await attacker.send(frame(TYPE.settings, 0, 0, setting(INITIAL_WINDOW_SIZE, 0)));
      for (let i = 0; i < 50; i += 1) backend.say("#chan", "x".repeat(1_000));
      await until("the events", () => core.core.broker.stats().lastSequence >= 100);
      await attacker.send(frame(TYPE.rstStream, 0, 1, uint32(8)));
      await until("no stream", () => core.core.broker.stats().eventStreams === 0);
      await backend.close();
    },
  },
};

async function world(t: TestContext, { options = {}, settings }: Attack) {
  const core = await startCore(options, t);
  const token = await core.token();
  const metricsToken = await core.token(["metrics"], "scraper");
  const before = await steadyGauges(core.url, metricsToken);
  const attacker = await FrameConnection.open(core.port, settings);
  t.after(() => attacker.close());
  const afterwards = async () => {
    attacker.close();
    const client = new RawClient(core.url, { token });
    assert.equal((await client.unary(INFO, EMPTY)).status, 0);
    await client.close();
    let now = before;
    await until("what was before", async () => {
      now = await steadyGauges(core.url, metricsToken);
      return JSON.stringify(now) === JSON.stringify(before);
    }).catch(() => assert.deepEqual(now, before));
  };
  return { core, token, attacker, afterwards };
}

for (const [what, attack] of Object.entries(ATTACKS)) {
  test(`core lives through ${what}`, async (t) => {
    const { afterwards, ...there } = await world(t, attack);
    await attack.run(there);
    await afterwards();
  });
}
