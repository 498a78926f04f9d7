/** Asks the `seabird up` of this folder, or of the nearest one above that has one. */
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import {
  type ControlReply,
  type ControlRequest,
  SOCKET_NAME,
  socketPath,
} from "./control-protocol.ts";
import { folderProblem, seabirdFolders } from "./own-folder.ts";
import { readRunFile } from "./run-file.ts";

/** `restart`, `reload`: `up` does one after the other. Exit code 5 after that; it may still happen. */
const CONTROL_CHANGE_MS = 180_000;
/** Until `up` has answered, in any case that it is there; after that the command ends with exit code 5. */
const CONTROL_ANSWER_MS = 5_000;
/** Until `up` takes the connection; after that it counts as not running. */
const CONTROL_CONNECT_MS = 5_000;

type Line = Extract<ControlReply, { type: "line" }>;

export interface AskOptions {
  /** Where to begin to look. Default: the working directory. */
  readonly from?: string;
  readonly onLine?: (line: Line) => void;
  /** Aborting it ends the request; it resolves with undefined. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the result. Throws a CliError that says how to start, if nothing runs there, and one
 * that says how to wake it, if what runs there does not answer.
 */
export async function askRun(request: ControlRequest, options: AskOptions = {}): Promise<unknown> {
  // A change may take minutes; whether it is listened to at all is known sooner.
  if (TIMEOUT_MS[request.do] > CONTROL_ANSWER_MS) await ask({ do: "ps" }, options);
  return await ask(request, options);
}

async function ask(request: ControlRequest, options: AskOptions): Promise<unknown> {
  const { from = process.cwd(), signal } = options;
  const folder = findFolder(from);
  const socket = folder === undefined ? undefined : await connectTo(folder);
  if (socket === undefined) throw nothingRuns(from);
  const stop = () => void socket.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  socket.write(`${JSON.stringify(request)}\n`);
  const timeoutMs = TIMEOUT_MS[request.do];
  let late = false;
  const giveUp = () => {
    late = true;
    socket.destroy();
  };
  // A suspended run accepts the connection and does not answer.
  const timer = setTimeout(giveUp, timeoutMs);
  try {
    for await (const text of linesOf(socket)) {
      // Lines that are followed come when they come.
      if (request.do === "logs") clearTimeout(timer);
      // The other end is this same program, of the same version.
      const reply: ControlReply = JSON.parse(text);
      if (reply.type === "done") return reply.result;
      if (reply.type === "line") options.onLine?.(reply);
      else throw new CliError(reply.exitCode, reply.message, reply.next, reply.details);
    }
  } catch (error) {
    if (!late && !signal?.aborted) throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
  if (signal?.aborted) return undefined;
  if (late) throw noAnswer(timeoutMs, folder);
  throw new CliError(EXIT.unreachable, "`seabird up` has ended, or ended the connection");
}

/** Until an answer: changes wait for the components, and for earlier changes. */
const TIMEOUT_MS: Readonly<Record<ControlRequest["do"], number>> = {
  ps: CONTROL_ANSWER_MS,
  logs: CONTROL_ANSWER_MS,
  status: CONTROL_ANSWER_MS,
  unignore: CONTROL_ANSWER_MS,
  restart: CONTROL_CHANGE_MS,
  reload: CONTROL_CHANGE_MS,
};

function noAnswer(timeoutMs: number, folder: string | undefined): CliError {
  const pid = folder === undefined ? undefined : readRunFile(folder)?.pid;
  return new CliError(
    EXIT.timeout,
    `the \`seabird up\` here did not answer within ${timeoutMs / 1000} s`,
    `it may be suspended: \`fg\` in its terminal, or \`kill -CONT ${pid ?? "PID"}\`, wakes it`,
  );
}

/** The nearest `.seabird` with a socket; one that others could have made is none. */
function findFolder(from: string): string | undefined {
  return seabirdFolders(from).find(
    (folder) => existsSync(join(folder, SOCKET_NAME)) && folderProblem(folder) === undefined,
  );
}

/** Undefined if the socket is left over. */
function connectTo(folder: string): Promise<Socket | undefined> {
  const path = socketPath(folder);
  const socket = path === undefined ? connectFromWithin(folder) : connect(path);
  socket.setTimeout(CONTROL_CONNECT_MS, () => socket.destroy());
  return new Promise((answer) => {
    socket.on("error", () => answer(undefined));
    socket.on("close", () => answer(undefined));
    socket.on("connect", () => {
      socket.setTimeout(0);
      answer(socket);
    });
  });
}

/** Its path is too long for the system: but not as seen from the folder itself. */
function connectFromWithin(folder: string): Socket {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return connect(SOCKET_NAME);
  } finally {
    process.chdir(before);
  }
}

function nothingRuns(from: string): CliError {
  const running = readRunFile(join(from, ".seabird"));
  if (running !== undefined) {
    return new CliError(
      EXIT.unreachable,
      `the \`seabird up\` here (process ${running.pid}) does not accept commands`,
      "it is starting or ending; try again in a moment",
    );
  }
  const next = existsSync(join(from, "seabird.yaml"))
    ? "start it with `seabird up`, which answers once it has checked seabird.yaml; logs are in .seabird/logs/"
    : "go to the folder of your seabird.yaml, or make one with `seabird init`; start it with `seabird up`";
  return new CliError(EXIT.unreachable, "no `seabird up` runs in this folder", next);
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void, void> {
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) {
    text += chunk;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
