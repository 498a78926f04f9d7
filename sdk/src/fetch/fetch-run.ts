/** One fetch from its start until its last byte: its connections, its times, its errors. */
import { Agent, fetch, type Response } from "undici";
import { FetchError } from "./fetch-error.ts";
import type { FetchSettings } from "./fetch-options.ts";
import { guardedLookup } from "./guarded-lookup.ts";

/** undici's and Node's codes, and what they mean. */
const CODES: Readonly<Record<string, "timeout" | "network">> = {
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
};

export class FetchRun {
  readonly #settings: FetchSettings;
  readonly #agent: Agent;
  readonly #abort = new AbortController();
  readonly #cancelTimer: () => void;
  readonly #leave: () => void;

  constructor(settings: FetchSettings) {
    this.#settings = settings;
    const { rules, resolve, idleMs, timeoutMs, clock, signal } = settings;
    // An agent of its own: no connection is shared with what other rules were checked for, and no
    // proxy is taken from the environment, behind which addresses could not be checked.
    this.#agent = new Agent({
      connect: { lookup: guardedLookup(rules, resolve), timeout: idleMs },
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
      headers: { "user-agent": "seabird", ...headers },
      ...(body !== undefined && { body }),
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
      const { code } = each as NodeJS.ErrnoException;
      if (code !== undefined && CODES[code] === "timeout") return this.#idle(url, thrown);
    }
    return new FetchError("network", `cannot fetch from "${url.host}": ${deepest(thrown)}`, {
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

function deepest(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause !== undefined) error = error.cause;
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  // The text of a system's error has the address.
  const isSystems = syscall !== undefined || error instanceof AggregateError;
  return (isSystems ? code : error.message) || error.name;
}
