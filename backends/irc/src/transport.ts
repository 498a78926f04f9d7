/** The one way in and out of the socket: every line that leaves is cleaned, every one that comes is bounded. */
import NetTransport from "irc-framework/src/transports/net.js";
import { MAX_SERVER_LINE_BYTES } from "./limits.ts";
import { cleanLine } from "./line.ts";

export interface LineHooks {
  /** A line arrived. True: irc-framework is to see it as well. */
  received(line: string): boolean;
  /** A line is about to leave, whoever wrote it. */
  sent(line: string): void;
  /** irc-framework could not read the line it was given. */
  failed(reason: unknown): void;
}

/** irc-framework makes a transport of this class for each connection. */
export function transportClass(hooks: LineHooks): typeof NetTransport {
  return class extends NetTransport {
    override writeLine(line: string, callback?: () => void): void {
      const clean = cleanLine(line);
      hooks.sent(clean);
      super.writeLine(clean, callback);
    }

    override onSocketData(data: Buffer): void {
      super.onSocketData(data);
      if (this.incoming_buffer.length > MAX_SERVER_LINE_BYTES) this.close(true);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event !== "line") return super.emit(event, ...args);
      const line = String(args[0]);
      if (line.length > MAX_SERVER_LINE_BYTES) {
        this.close(true);
        return false;
      }
      if (!hooks.received(line)) return false;
      try {
        return super.emit(event, ...args);
      } catch (reason) {
        // irc-framework trusts servers: a CHANTYPES without value, say, makes it throw.
        hooks.failed(reason);
        return false;
      }
    }
  };
}
