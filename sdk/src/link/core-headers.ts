/** What core says about itself in the headers of its responses: its run, and its extensions. */
import type { IncomingHttpHeaders } from "node:http2";
import { EXTENSIONS_HEADER, INSTANCE_HEADER, MESSAGES_EXTENSION } from "@seabird-chat/protocol";

/** The core at the other end of a connection; changes when another one answers. */
export interface CoreIdentity {
  /** A random name for this run of core; undefined before the first answer, and of a core without it. */
  readonly instance: string | undefined;
  /** Whether core has the messages extension; undefined before its first answer. */
  readonly hasMessages: boolean | undefined;
}

export class CoreHeaders implements CoreIdentity {
  #instance: string | undefined;
  #extensions: ReadonlySet<string> | undefined;

  get instance(): string | undefined {
    return this.#instance;
  }

  get hasMessages(): boolean | undefined {
    return this.#extensions?.has(MESSAGES_EXTENSION);
  }

  /** The headers of a response that succeeded. */
  note(get: (name: string) => string | null | undefined): void {
    const instance = get(INSTANCE_HEADER) ?? undefined;
    if (this.#extensions !== undefined && instance === this.#instance) return;
    this.#instance = instance;
    const names = (get(EXTENSIONS_HEADER) ?? "").split(",").map((name) => name.trim());
    this.#extensions = new Set(names);
  }

  /** Of an error, which may come from a proxy: what it does not say has not changed. */
  noteError(get: (name: string) => string | null | undefined): void {
    if ((get(INSTANCE_HEADER) ?? undefined) !== undefined) this.note(get);
  }
}

/** Reads one value of a stream's headers. */
export function headerOf(headers: IncomingHttpHeaders): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}
