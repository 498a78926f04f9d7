/** The socket below a stream: TCP, then TLS at once or by STARTTLS (RFC 6120, 5), by the bot's own policy. */
import { EventEmitter } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Element } from "@xmpp/xml";
import type { Endpoint, TlsOptions } from "../options.ts";
import { NS } from "../stanza.ts";
import { BoundedParser } from "./bounded-parser.ts";
import { certificateProblem } from "./certificate-problem.ts";
import { isLoopback } from "./endpoints.ts";

export interface StreamSocketOptions {
  /** The name that the certificate has to be for (RFC 6120, 13.7.2.1). */
  readonly domain: string;
  /** Tried in order until one answers. */
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsOptions;
  /** Ends an attempt, and the connection. */
  readonly signal: AbortSignal;
}

/** Milliseconds in which one endpoint has to answer, TLS included. */
const CONNECT_WITHIN_MS = 15_000;

/** Without TLS, and not allowed to go on so. */
export class NoTls extends Error {
  override readonly name = "NoTls";
}

/**
 * As `@xmpp/connection` uses a socket: `connect`, `data` (text), `error`, `close`. It is connected when
 * TLS is, and gives whole characters, where the library's own cuts them at the ends of packets.
 */
export class StreamSocket extends EventEmitter {
  /** Whether TLS protects it. */
  secure = false;
  #socket: Socket | undefined;
  #isOver = false;

  connect(options: StreamSocketOptions): void {
    void this.#connect(options).then(
      () => this.emit("connect"),
      (reason) => this.#fail(reason),
    );
  }

  write(data: string, callback: (error?: Error | null) => void): void {
    if (this.#socket === undefined) callback(new Error("not connected"));
    else this.#socket.write(data, callback);
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  end(): void {
    this.#socket?.end();
  }

  /** Closes it without a word. */
  destroy(): void {
    this.#socket?.destroy();
  }

  async #connect({ domain, endpoints, tls, signal }: StreamSocketOptions): Promise<void> {
    let failure: unknown = new Error("there is no address to connect to");
    for (const endpoint of endpoints) {
      const timeout = AbortSignal.timeout(CONNECT_WITHIN_MS);
      const either = AbortSignal.any([signal, timeout]);
      try {
        const { socket, isSecure } = await connectOnce(endpoint, domain, tls, either);
        this.secure = isSecure;
        this.#use(socket, signal);
        return;
      } catch (reason) {
        signal.throwIfAborted();
        const where = `${endpoint.host}:${endpoint.port}`;
        failure = timeout.aborted ? new Error(`${where} does not answer`) : reason;
      }
    }
    throw failure;
  }

  #use(socket: Socket, signal: AbortSignal): void {
    this.#socket = socket;
    socket.removeAllListeners("data");
    const decoder = new StringDecoder("utf8");
    socket.on("data", (data: Buffer) => {
      const text = decoder.write(data);
      if (text !== "") this.emit("data", text);
    });
    socket.on("error", (reason) => this.#fail(reason));
    socket.on("close", () => this.#close());
    const leave = () => socket.destroy();
    signal.addEventListener("abort", leave, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", leave));
    socket.setNoDelay(true);
    socket.resume();
    if (socket.destroyed) this.#close();
  }

  #fail(reason: unknown): void {
    if (this.listenerCount("error") > 0) this.emit("error", reason);
    if (this.#socket === undefined) this.#close();
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.emit("close");
  }
}

interface Connected {
  readonly socket: Socket;
  readonly isSecure: boolean;
}

async function connectOnce(
  endpoint: Endpoint,
  domain: string,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<Connected> {
  const { host, port } = endpoint;
  const socket = connectTcp({ host, port });
  const destroy = () => socket.destroy();
  signal.addEventListener("abort", destroy, { once: true });
  try {
    await once(socket, "connect", signal);
    const isOffered = endpoint.isDirectTls || (await offersTls(socket, domain, signal));
    if (isOffered) {
      const ALPNProtocols = endpoint.isDirectTls ? ["xmpp-client"] : undefined;
      const secure = await startTls(socket, endpoint, domain, tls, ALPNProtocols, signal);
      return { socket: secure, isSecure: true };
    }
    if (tls.required && !isLoopback(host)) {
      throw new NoTls(`${host}:${port} offers no TLS, and would see the password`);
    }
    // The server has begun a stream; another one begins on a new connection.
    socket.destroy();
    const plain = connectTcp({ host, port });
    await once(plain, "connect", signal);
    return { socket: plain, isSecure: false };
  } catch (reason) {
    socket.destroy();
    throw reason;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
}

async function startTls(
  socket: Socket,
  endpoint: Endpoint,
  domain: string,
  { ca, verify }: TlsOptions,
  ALPNProtocols: string[] | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    servername: domain,
    rejectUnauthorized: verify,
    ...(ca !== undefined && { ca }),
    ...(ALPNProtocols !== undefined && { ALPNProtocols }),
  });
  try {
    await once(secure, "secureConnect", signal);
  } catch (reason) {
    secure.destroy();
    const problem = certificateProblem(reason as NodeJS.ErrnoException, endpoint, domain);
    throw problem === undefined ? reason : new Error(problem, { cause: reason });
  }
  return secure;
}

const START_TLS = "urn:ietf:params:xml:ns:xmpp-tls";

/** Begins a stream, reads what the server offers, and asks for TLS. False: it offers none. */
async function offersTls(socket: Socket, domain: string, signal: AbortSignal): Promise<boolean> {
  const parser = new BoundedParser();
  const decoder = new StringDecoder("utf8");
  const elements: Element[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const read = () => {
    const element = elements.shift();
    if (element === undefined) return;
    if (element.is("features", NS.streams)) {
      if (element.getChild("starttls", START_TLS) === undefined) return resolve(false);
      socket.write(`<starttls xmlns="${START_TLS}"/>`);
    } else if (element.is("proceed", START_TLS)) resolve(true);
    else if (element.is("error", NS.streams)) reject(streamError(element));
    else reject(new Error(`the server answered ${element.name} instead of starting TLS`));
  };
  parser.on("element", (element: Element) => {
    elements.push(element);
    read();
  });
  parser.on("error", reject);
  parser.on("end", () => reject(new Error("the server ended the stream")));
  const onData = (data: Buffer) => parser.write(decoder.write(data));
  const onEnd = () => reject(new Error("the server closed the connection"));
  socket.on("data", onData);
  socket.once("end", onEnd).once("error", reject);
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  socket.write(
    `<?xml version="1.0"?><stream:stream to="${domain}" version="1.0" xmlns="jabber:client" xmlns:stream="${NS.streams}">`,
  );
  try {
    return await promise;
  } finally {
    socket.off("data", onData).off("end", onEnd).off("error", reject);
    signal.removeEventListener("abort", abort);
  }
}

/** As the library gives it. */
function streamError(element: Element): Error {
  const condition = element.getChildElements()[0]?.name ?? "undefined-condition";
  return Object.assign(new Error(condition), { condition, text: element.getChildText("text") });
}

/** Rejects with the socket's error, when it closes, and when the signal is aborted. */
function once(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  const close = () => reject(new Error("the server closed the connection"));
  socket.once(event, () => resolve());
  socket.once("error", reject).once("close", close);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return promise.finally(() => {
    socket.off("error", reject).off("close", close);
    signal.removeEventListener("abort", abort);
  });
}
