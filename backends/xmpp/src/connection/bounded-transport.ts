/** The library's transport for TCP, with the bot's own socket and bounded parser. */
import type { Client } from "@xmpp/client";
import { BoundedParser } from "./bounded-parser.ts";
import { StreamSocket, type StreamSocketOptions } from "./stream-socket.ts";

export interface BoundedTransportDeps {
  readonly parameters: () => StreamSocketOptions;
  /** The socket of the only connection. */
  readonly opened: (socket: StreamSocket) => void;
  /** False: the stream is over, and nobody reads what still comes, which the library does not see. */
  readonly hasReader: () => boolean;
}

/** Takes the place of all that the client has. */
export function useBoundedTransport(client: Client, deps: BoundedTransportDeps): void {
  const transports = client.transports as unknown as Transport[];
  const tcp = transports.find(isTcp);
  if (tcp === undefined) throw new Error("@xmpp/client has no transport for TCP");
  class Bounded extends tcp {
    override socketParameters(): StreamSocketOptions {
      return deps.parameters();
    }
  }
  class Socket extends StreamSocket {
    constructor() {
      super();
      deps.opened(this);
    }

    override emit(event: string, ...given: unknown[]): boolean {
      return event === "data" && !deps.hasReader() ? false : super.emit(event, ...given);
    }
  }
  Object.assign(Bounded.prototype, { Socket, Parser: BoundedParser });
  transports.splice(0, transports.length, Bounded);
}

interface Transport {
  // biome-ignore lint/suspicious/noExplicitAny: a mixin's constructor, by TypeScript's rule
  new (...args: any[]): { socketParameters(service: string): unknown };
  readonly prototype: { socketParameters(service: string): unknown };
}

function isTcp({ prototype }: Transport): boolean {
  try {
    return prototype.socketParameters("xmpp://example.org") !== undefined;
  } catch {
    return false;
  }
}
