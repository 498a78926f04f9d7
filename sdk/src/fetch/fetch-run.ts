/** One fetch from its start until its last byte: its connections, its times, its errors. */
import { cutUtf8 } from "@seabird-chat/protocol";
import { Agent, fetch, type Response } from "undici";
import { FetchError } from "./fetch-error.ts";
import type { FetchSettings } from "./fetch-options.ts";
import { guardedConnect } from "./guarded-connect.ts";

/** undici's, of `idleMs`. */
const TIMEOUTS: ReadonlySet<unknown> = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);
/** Of a reason in an error's text: a certificate's names alone may be many kilobytes. */
const MAX_REASON_BYTES = 200;

export class FetchRun {
  readonly #settings: FetchSettings;
  readonly #agent: Agent;
  readonly #abort = new AbortController();
  readonly #cancelTimer: () => void;
  readonly #leave: () => void;

  constructor(settings: FetchSettings) {
    this.#settings = settings;
    const { idleMs, timeoutMs, clock, signal } = settings;
    // An agent of its own: no connection is shared with what other rules were checked for, and no
    // proxy is taken from the environment, behind which addresses could not be checked.
    this.#agent = new Agent({
      connect: guardedConnect(settings),
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      allowH2: false,
    });
    const late = `the answer was not complete after ${timeoutMs} ms (timeoutMs)`;
    this.#cancelTimer = clock.after(timeoutMs, () => this.end(new FetchError("timeout", late)));
    const onAbort = () => this.end(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#leave = () => signal?.removeEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
  }

  async send(url: URL, request: FetchSettings["request"]): Promise<Response> {
    const { method, body, headers } = request;
    return await fetch(url, {
      method,
      headers,
      // A body that comes piece by piece is sent before the answer is read (Fetch standard).
      ...(body !== undefined && { body, duplex: "half" }),
      redirect: "manual",
      signal: this.#abort.signal,
      dispatcher: this.#agent,
    });
  }

  /** Ends all that is open. May be called twice; the first reason counts. */
  end(reason?: unknown): void {
    this.#cancelTimer();
    this.#leave();
    this.#abort.abort(reason);
    this.#agent.destroy().catch(() => undefined);
  }

  /** What the caller gets for anything thrown by `send` or by the body. */
  explain(thrown: unknown, url: URL): unknown {
    if (this.#abort.signal.aborted) return this.#abort.signal.reason;
    for (let each = thrown; each instanceof Error; each = each.cause) {
      if (each instanceof FetchError) return each;
      if (each.message === "bad port") return badPort(url);
      if ("code" in each && TIMEOUTS.has(each.code)) return this.#idle(url, thrown);
    }
    return new FetchError("network", `cannot fetch from "${url.host}": ${reasonOf(thrown)}`, {
      cause: thrown,
    });
  }

  #idle(url: URL, cause: unknown): FetchError {
    const ms = this.#settings.idleMs;
    return new FetchError("timeout", `nothing came from "${url.host}" for ${ms} ms (idleMs)`, {
      cause,
    });
  }
}

function badPort({ port }: URL): FetchError {
  return new FetchError(
    "port",
    `port ${port} belongs to another protocol than HTTP; such ports are not opened`,
  );
}

/** In one line. Texts of the system have the address that a name resolves to, so not by those. */
function reasonOf(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  if (!(error instanceof Error)) return "an unknown error";
  const { syscall, message, code = error.name } = error as NodeJS.ErrnoException;
  if (syscall !== undefined || error instanceof AggregateError) return code;
  return cutUtf8(message.replace(/[\p{C}\s]+/gu, " "), MAX_REASON_BYTES) || code;
}
