/** Attacks of those who have a token, of the lowest scope that will do. */
import { create, toBinary } from "@bufbuild/protobuf";
import { SendMessageRequestSchema, StreamEventsRequestSchema } from "@seabird-chat/protocol";
import { ServerReflectionRequestSchema } from "@seabird-chat/protocol/grpc";
import { pause } from "../../../bench/load/stopwatch.ts";
import type { ClientConnection } from "../../../bench/wire/client-connection.ts";
import { ENVELOPE_BYTES, envelope } from "../../../bench/wire/envelopes.ts";
import type { Attack, Attacker } from "../attack.ts";
import { floodCalls, NOTHING, turn } from "./floods.ts";

const PATHS = {
  reflection: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  commands: "/seabird.Seabird/RegisteredCommands",
  send: "/seabird.Seabird/SendMessage",
  events: "/seabird.Seabird/StreamEvents",
  ingest: "/seabird.ChatIngest/IngestEvents",
  info: "/seabird.Seabird/GetCoreInfo",
  backends: "/seabird.Seabird/ListBackends",
} as const;
const NOBODY = "irc://nobody/%23none";
/** Sent in one go by the attack of that name. */
const REFLECTION_BYTES = 2_000_000;

const ended =
  (attacker: Attacker) =>
  ({ code }: { code: number }) =>
    attacker.count(`code ${code}`);

/** Questions for the largest file, two megabytes of them on each of two connections. */
async function askReflection(attacker: Attacker): Promise<void> {
  const request = create(ServerReflectionRequestSchema, {
    messageRequest: { case: "fileContainingSymbol", value: "seabird.Seabird" },
  });
  const question = envelope(toBinary(ServerReflectionRequestSchema, request));
  const count = Math.floor(attacker.size(REFLECTION_BYTES) / question.length);
  const questions = Buffer.concat(Array.from({ length: count }, () => question));
  const one = async () => {
    const connection = await attacker.accepted(attacker.tokens.metrics);
    const headers = attacker.headers(PATHS.reflection, attacker.tokens.metrics);
    const data = (_: Buffer, start: number, end: number) =>
      attacker.count("bytes of answers", end - start);
    connection?.call(headers, { data, ended: ended(attacker) }, questions);
    attacker.count("questions", count);
  };
  await Promise.all([one(), one()]);
  await attacker.stay();
}

/** A list of 3.6 MB, asked for a thousand times and never read. */
async function askForCommands(attacker: Attacker): Promise<void> {
  const names = Array.from({ length: 250 }, (_, index) => `attack${index}`);
  const commands = Object.fromEntries(
    names.map((name) => [name, { name, shortHelp: name, fullHelp: "h".repeat(14_000) }]),
  );
  const registering = create(StreamEventsRequestSchema, { commands });
  const body = envelope(toBinary(StreamEventsRequestSchema, registering));
  const plugin = await attacker.connect();
  const opened = Promise.withResolvers<void>();
  const handlers = { opened: opened.resolve, ended: opened.reject };
  plugin?.call(attacker.headers(PATHS.events, attacker.tokens.plugin), handlers, body);
  await opened.promise;
  const reader = await attacker.accepted(attacker.tokens.read, { streamWindow: 0 });
  const headers = attacker.headers(PATHS.commands, attacker.tokens.read);
  for (let call = 0; call < 1_000; call += 1) {
    reader?.call(headers, { ended: ended(attacker) }, NOTHING);
    attacker.count("calls");
  }
  await attacker.stay();
}

/** A message of as many empty blocks as this, four bytes each. */
export function tinyBlocks(count: number, channelId = NOBODY): Buffer {
  const inner = Array.from({ length: count }, () => ({
    inner: { case: "text" as const, value: {} },
  }));
  const rootBlock = { inner: { case: "container" as const, value: { inner } } };
  const request = create(SendMessageRequestSchema, { channelId, rootBlock });
  return envelope(toBinary(SendMessageRequestSchema, request));
}

async function sendBlocks(attacker: Attacker): Promise<void> {
  const body = tinyBlocks(10_900);
  const connection = await attacker.accepted(attacker.tokens.plugin);
  const headers = attacker.headers(PATHS.send, attacker.tokens.plugin);
  for (let call = 0; call < 200; call += 1) {
    connection?.call(headers, { ended: ended(attacker) }, body);
    attacker.count("calls");
  }
  await attacker.stay();
}

interface Kept {
  readonly connections: number;
  readonly streams: number;
  readonly path: string;
  readonly token: string;
  /** What is sent on each stream, which stays open. */
  readonly bytes: Uint8Array | undefined;
}

/** So many streams on so many connections, each of which is kept open. */
async function keepStreams(attacker: Attacker, kept: Kept): Promise<void> {
  const headers = attacker.headers(kept.path, kept.token);
  for (let index = 0; index < attacker.size(kept.connections) && !attacker.isOver(); index += 1) {
    const connection = await attacker.accepted(kept.token);
    if (connection === undefined) continue;
    for (let stream = 0; stream < kept.streams; stream += 1) {
      if (connection.openStreams >= connection.maxStreams || connection.isClosed) break;
      openKept(attacker, connection, headers, kept.bytes);
      if (stream % 50 === 0) await turn();
    }
    while (connection.unsentBytes > 0 && !connection.isClosed && !attacker.isOver()) await pause(1);
  }
  await attacker.stay();
}

function openKept(
  attacker: Attacker,
  connection: ClientConnection,
  headers: ReturnType<Attacker["headers"]>,
  bytes: Uint8Array | undefined,
): void {
  const stream = connection.call(headers, { ended: ended(attacker) });
  if (bytes !== undefined) stream.send(bytes);
  attacker.count("streams");
}

/** A message that lacks its last byte. */
const unfinished = (bytes: number) => envelope(Buffer.alloc(bytes)).subarray(0, -1);

const tokenOf = (attacker: Attacker) => attacker.tokens.plugin;

/** A text of so many bytes to a backend that is not there. */
function longText(bytes: number): Buffer {
  const request = create(SendMessageRequestSchema, {
    channelId: NOBODY,
    text: "*x* ".repeat(bytes / 4),
  });
  return envelope(toBinary(SendMessageRequestSchema, request));
}

export const ACCEPTED = {
  reflection: {
    what: "a metrics token: 2 connections ask reflection for a file 50,000 times each",
    ends: true,
    run: askReflection,
  },
  "unread-commands": {
    what: "a read token: 1,000 calls for a list of 3.6 MB, which are never read",
    ends: true,
    run: askForCommands,
  },
  "tiny-blocks": {
    what: "a plugin's token: 200 messages of 10,900 tiny blocks to a backend that is not there",
    ends: true,
    run: sendBlocks,
  },
  "held-bytes": {
    what: "a plugin's token: 90 connections of 1,000 calls, each holding 16 kB",
    mostMib: 250,
    mustSee: ["code 8"],
    ends: true,
    run: (attacker) => {
      const bytes = unfinished(16_000);
      const size = { connections: 90, streams: 1_000 };
      return keepStreams(attacker, { ...size, path: PATHS.send, token: tokenOf(attacker), bytes });
    },
  },
  "no-hello": {
    what: "a backend's token: 60,000 ingest streams that never say Hello",
    mustSee: ["code 8"],
    ends: true,
    run: (attacker) => {
      const size = { connections: 60, streams: 1_000 };
      const { backend } = attacker.tokens;
      return keepStreams(attacker, {
        ...size,
        path: PATHS.ingest,
        token: backend,
        bytes: undefined,
      });
    },
  },
  "half-hello": {
    what: "a backend's token: 60,000 ingest streams that each hold half a Hello",
    mustSee: ["code 8"],
    ends: true,
    run: (attacker) => {
      const size = { connections: 60, streams: 1_000 };
      const bytes = unfinished(1_000).subarray(0, ENVELOPE_BYTES + 10);
      return keepStreams(attacker, {
        ...size,
        path: PATHS.ingest,
        token: attacker.tokens.backend,
        bytes,
      });
    },
  },
  "unread-events": {
    what: "a plugin's token: 1,000 event streams that are never read",
    ends: true,
    run: async (attacker) => {
      const connection = await attacker.accepted(attacker.tokens.plugin, { streamWindow: 0 });
      const headers = attacker.headers(PATHS.events, attacker.tokens.plugin);
      for (let stream = 0; stream < 1_000; stream += 1) {
        connection?.call(headers, { ended: ended(attacker) }, NOTHING);
        attacker.count("streams");
      }
      await attacker.stay();
    },
  },
  "busy-plugin": {
    what: "a plugin's token: 2 connections with 1,000 calls in flight each",
    run: (attacker) => {
      const headers = () => attacker.headers(PATHS.info, attacker.tokens.plugin);
      return floodCalls(attacker, { connections: 2, headers, body: NOTHING });
    },
  },
  "sends-to-nobody": {
    what: "a plugin's token: sends to a backend that is not there, as many as one connection may",
    run: (attacker) => {
      const headers = () => attacker.headers(PATHS.send, attacker.tokens.plugin);
      return floodCalls(attacker, { connections: 1, headers, body: longText(40) });
    },
  },
  "large-sends": {
    what: "a plugin's token: sends of 1 MB of formatted text to a backend that is not there",
    run: (attacker) => {
      const headers = () => attacker.headers(PATHS.send, attacker.tokens.plugin);
      return floodCalls(attacker, { connections: 4, headers, body: longText(1_000_000) });
    },
  },
  "streams-without-end": {
    what: "a plugin's token: event streams that are opened and reset, on 4 connections",
    run: (attacker) => {
      const headers = () => attacker.headers(PATHS.events, attacker.tokens.plugin);
      return floodCalls(attacker, { connections: 4, headers, body: NOTHING, resets: true });
    },
  },
} as const satisfies Readonly<Record<string, Attack>>;
