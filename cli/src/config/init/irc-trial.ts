/**
 * Tries an IRC connection as the bot would make it: registers, waits for the server's welcome,
 * and leaves. Joins nothing, says nothing.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type IrcAddress, type IrcAnswers, parseIrcUrl } from "./answers.ts";
import { IrcTrialError, socketWords } from "./irc-trial-words.ts";
import { Registration } from "./registration.ts";

/** What the IRC server sends until then. */
const MAX_IRC_TEST_BYTES = 256 * 1024;
/** Until the IRC server has welcomed the bot; after that nothing is written, exit code 3. */
const IRC_TEST_MS = 15_000;

export type Trial = Pick<IrcAnswers, "url" | "nick" | "sasl" | "password">;

export interface Welcome {
  /** The nick that the server gave, which may be a cut one. */
  readonly nick: string;
  /** Its own name. */
  readonly server: string;
  /** Whether there was an account to log in to. */
  readonly sasl: "logged in" | "not asked";
}

/** Throws an IrcTrialError that says in a person's words why it does not work. */
export async function tryIrc(trial: Trial, timeoutMs: number = IRC_TEST_MS): Promise<Welcome> {
  const address = parseIrcUrl(trial.url);
  if (address === undefined) throw new IrcTrialError(`${trial.url} is no IRC server's address`);
  const where = `${address.host}:${address.port}`;
  const result = Promise.withResolvers<Welcome>();
  const socket = open(address);
  const timer = setTimeout(() => {
    result.reject(new IrcTrialError(`${where} gave no welcome within ${timeoutMs / 1_000} s`));
  }, timeoutMs);
  const registration = new Registration(trial, {
    send: (line) => socket.write(`${line}\r\n`),
    welcome: result.resolve,
    fail: result.reject,
  });
  socket.once(address.tls ? "secureConnect" : "connect", () => registration.begin());
  readLines(socket, (line) => registration.hear(line), result.reject);
  socket.once("error", (error) => result.reject(socketWords(error, where, address.tls)));
  socket.once("close", () => result.reject(new IrcTrialError(`${where} closed the connection`)));
  try {
    return await result.promise;
  } finally {
    clearTimeout(timer);
    leave(socket);
  }
}

function open({ host, port, tls, verify }: IrcAddress): Socket {
  if (!tls) return connectTcp({ host, port });
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...servername, rejectUnauthorized: verify });
}

/** How long a server may take over its goodbye. */
const GOODBYE_MS = 1_000;

/** What is heard from now on, and whether it closes well, is of no interest. */
function leave(socket: Socket): void {
  socket.removeAllListeners("data").on("error", () => undefined);
  socket.resume();
  if (socket.writable && !socket.connecting) socket.end("QUIT :only looking\r\n");
  else socket.destroy();
  setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
}

function readLines(
  socket: Socket,
  hear: (line: string) => void,
  fail: (error: IrcTrialError) => void,
): void {
  let rest = "";
  let size = 0;
  socket.setEncoding("utf8").on("data", (text: string) => {
    size += text.length;
    if (size > MAX_IRC_TEST_BYTES) {
      fail(new IrcTrialError("the server talks on and on without a welcome"));
      return;
    }
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") hear(line);
  });
}
