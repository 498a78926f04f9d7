/** Listens on `.seabird/up.sock` and does what its owner asks for. */

import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { EXIT, errorMessage, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import {
  type ControlReply,
  type ControlRequest,
  readRequest,
  SOCKET_NAME,
  socketPath,
} from "./control-protocol.ts";
import { MAX_MERGED_WAITING_BYTES } from "./merged-log.ts";

/** Until a reader takes more of the lines that were written before; after that it is disconnected. */
const HISTORY_READ_MS = 30_000;
/** Until a request has arrived; after that its connection is closed. */
const CONTROL_REQUEST_MS = 5_000;
/** One request, in characters; a longer one is refused. */
const MAX_CONTROL_REQUEST_CHARS = 65_536;
/** `ps`, `logs -f` and the like at once; another one is refused. */
const MAX_CONTROL_CONNECTIONS = 32;

export type ReplyLine = Omit<Extract<ControlReply, { type: "line" }>, "type">;

/** One connection's way back. */
export interface ReplyTo {
  /** Writes at once. False if the reader is gone or too slow. */
  line(reply: ReplyLine): boolean;
  /** Writes as fast as they are read. False if the reader is gone. */
  lines(replies: readonly ReplyLine[]): Promise<boolean>;
  /** Aborted when the asker has gone. */
  readonly signal: AbortSignal;
}

/** Resolves with the result; a CliError is passed on to the asker. */
export type Answerer = (request: ControlRequest, to: ReplyTo) => Promise<unknown>;

export interface ControlServer {
  /** Ends what is open and removes the socket. Idempotent. */
  close(): void;
}

/** Replaces a stale socket; the caller holds the folder's lock. */
export async function listenForControl(folder: string, answer: Answerer): Promise<ControlServer> {
  const path = socketPath(folder);
  if (path === undefined) throw pathTooLong(folder);
  rmSync(join(folder, SOCKET_NAME), { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => undefined);
    void serve(socket, answer);
  });
  server.maxConnections = MAX_CONTROL_CONNECTIONS;
  await listenPrivately(server, path).catch((error: unknown) => {
    const reason = fileErrorReason(error);
    throw new CliError(
      EXIT.unavailable,
      `cannot listen on ${join(folder, SOCKET_NAME)}: ${reason}`,
    );
  });
  return {
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** No other user may connect, not even for a moment. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
}

function pathTooLong(folder: string): CliError {
  return new CliError(
    EXIT.unavailable,
    `the path ${join(folder, SOCKET_NAME)} is too long for a socket`,
    "run `seabird up` in the folder of its seabird.yaml, or in one with a shorter path",
  );
}

async function serve(socket: Socket, answer: Answerer): Promise<void> {
  const gone = new AbortController();
  socket.on("close", () => gone.abort());
  const write = (reply: ControlReply) => socket.write(`${JSON.stringify(reply)}\n`);
  try {
    const request = readRequest(await readLine(socket));
    const result = await answer(request, {
      signal: gone.signal,
      line: (line) => {
        if (socket.writableLength > MAX_MERGED_WAITING_BYTES) socket.destroy();
        if (socket.destroyed) return false;
        write({ type: "line", ...line });
        return true;
      },
      lines: async (lines) => {
        for (const line of lines) {
          if (socket.destroyed) return false;
          if (!write({ type: "line", ...line })) await drained(socket, gone.signal);
        }
        return !socket.destroyed;
      },
    });
    write({ type: "done", result });
  } catch (error) {
    if (!socket.destroyed) write(failure(error));
  }
  // A client that neither reads nor closes is disconnected.
  socket.end().setTimeout(HISTORY_READ_MS, () => socket.destroy());
}

/** Until what waits has been read; a reader who takes none of it is disconnected. */
async function drained(socket: Socket, gone: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(HISTORY_READ_MS)]);
  await once(socket, "drain", { signal }).catch(() => socket.destroy());
}

function failure(error: unknown): ControlReply {
  if (!(error instanceof CliError)) {
    return { type: "failed", message: errorMessage(error), exitCode: EXIT.failed, details: {} };
  }
  const { message, next, exitCode, details } = error;
  return { type: "failed", message, exitCode, details, ...(next === undefined ? {} : { next }) };
}

/** The request: one line, within `CONTROL_REQUEST_MS`. */
function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const late = setTimeout(() => socket.destroy(), CONTROL_REQUEST_MS);
    const over = () => reject(new Error("it ended before its request did"));
    socket.on("close", over);
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end === -1 && text.length <= MAX_CONTROL_REQUEST_CHARS) return;
      clearTimeout(late);
      socket.removeAllListeners("data").resume();
      if (end === -1) reject(new Error("the request is too long"));
      else resolve(text.slice(0, end));
    });
    socket.on("close", () => clearTimeout(late));
  });
}
