/** Bytes that no honest client sends, each kind from a seed, so that a failure can be repeated. */
import {
  callHeader,
  EMPTY_SETTINGS,
  FLAG,
  frame,
  headerBlock,
  openingFrame,
  PREFACE,
} from "./frames.ts";
import { envelope } from "./grpc-client.ts";

/** A small generator of pseudo-random numbers (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

const END_HEADERS = FLAG.endHeaders;
const END_STREAM = FLAG.endStream;

const begin = Buffer.concat([PREFACE, EMPTY_SETTINGS]);
const open = (stream: number, token: string, path = "/seabird.Seabird/SendMessage") =>
  openingFrame(stream, path, token);

/** One connection's worth of bytes. */
export type Garbage = (random: Random, token: string) => Buffer;

export const GARBAGE: Readonly<Record<string, Garbage>> = {
  "random bytes": (random) => random.bytes(1 + random.below(400)),
  "a handshake of TLS": (random) => Buffer.concat([Buffer.from([22, 3, 1]), random.bytes(200)]),
  "half a preface": (random) => PREFACE.subarray(0, 1 + random.below(23)),
  "a preface and random bytes": (random) => Buffer.concat([begin, random.bytes(300)]),
  "random frames": (random) =>
    Buffer.concat([
      begin,
      ...Array.from({ length: 10 }, () =>
        frame(random.below(12), random.below(256), random.below(8), random.bytes(random.below(40))),
      ),
    ]),
  "frames that lie about their length": (random) => {
    const liar = open(1, "x");
    liar.writeUIntBE(random.below(1 << 24), 0, 3);
    return Buffer.concat([begin, liar, random.bytes(100)]);
  },
  "wrong framing in a call": (random, token) =>
    Buffer.concat([begin, open(1, token), frame(0, END_STREAM, 1, random.bytes(random.below(60)))]),
  "a truncated message": (random, token) => {
    const message = envelope(random.bytes(50));
    const part = message.subarray(0, 1 + random.below(message.length - 1));
    return Buffer.concat([begin, open(1, token), frame(0, END_STREAM, 1, part)]);
  },
  "an oversized message": (_random, token) =>
    Buffer.concat([begin, open(1, token), frame(0, 0, 1, Buffer.from([0, 255, 255, 255, 255, 1]))]),
  "random events of a backend": (random, token) => {
    const path = "/seabird.ChatIngest/IngestEvents";
    return Buffer.concat([
      begin,
      open(1, token, path),
      frame(0, 0, 1, envelope(random.bytes(random.below(60)))),
    ]);
  },
  "deep blocks": (random, token) => {
    let block: Buffer = random.bytes(1);
    for (let depth = 0; depth < 40; depth += 1) {
      block = Buffer.concat([Buffer.from([0x22, block.length]), block]);
    }
    return Buffer.concat([begin, open(1, token), frame(0, END_STREAM, 1, envelope(block))]);
  },
  "a header bomb of HTTP/2": (random, token) => {
    const bomb = Array.from(
      { length: 200 },
      () => ["x-bomb", "x".repeat(random.below(100))] as const,
    );
    const block = headerBlock([...callHeader("/", token), ...bomb]);
    const parts = [frame(1, 0, 1, block.subarray(0, 16_000))];
    for (let at = 16_000; at < block.length; at += 16_000) {
      parts.push(frame(9, 0, 1, block.subarray(at, at + 16_000)));
    }
    return Buffer.concat([begin, ...parts, frame(9, END_HEADERS, 1, Buffer.alloc(0))]);
  },
  "continuations without end": (random) => {
    const rest = Array.from({ length: 30 }, () => frame(9, 0, 1, random.bytes(20)));
    return Buffer.concat([begin, frame(1, 0, 1, headerBlock([["a", "b"]])), ...rest]);
  },
  "resets at full speed": (random, token) => {
    const parts = Array.from({ length: 50 }, (_, index) => {
      const stream = index * 2 + 1;
      return Buffer.concat([open(stream, token), frame(3, 0, stream, Buffer.from([0, 0, 0, 8]))]);
    });
    return Buffer.concat([begin, ...parts, random.bytes(3)]);
  },
  "pings and settings at full speed": (random) =>
    Buffer.concat([
      begin,
      ...Array.from({ length: 50 }, () =>
        random.below(2) === 0 ? frame(6, 0, 0, random.bytes(8)) : EMPTY_SETTINGS,
      ),
    ]),
  "a header bomb of HTTP/1.1": (random) =>
    Buffer.from(
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(20_000 + random.below(9_000))}\r\n\r\n`,
    ),
  "a wrong HTTP/1.1": (random) =>
    Buffer.concat([
      Buffer.from("POST /seabird.Seabird/SendMessage HTTP/1.1\r\n"),
      random.bytes(90),
    ]),
  "JSON that is none": (random, token) => {
    const body = random.bytes(40);
    const head = `POST /seabird.Seabird/SendMessage HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  },
};
