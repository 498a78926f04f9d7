/** The one way in and out of the socket: every line that leaves is cleaned, every one that comes is bounded. */
import NetTransport from "irc-framework/src/transports/net.js";
import { cleanLine } from "./line.ts";

/** Tags may add 8,191 bytes to a line (IRCv3); a server that sends more without a line end is ended. */
const MAX_UNFINISHED_BYTES = 64 * 1024;

export interface LineHooks {
  /** A line arrived. True: irc-framework is to see it as well. */
  received(line: string): boolean;
  /** A line is about to leave, whoever wrote it. */
  sent(line: string): void;
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
      if (this.incoming_buffer.length > MAX_UNFINISHED_BYTES) this.close(true);
    }

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event !== "line") return super.emit(event, ...args);
      return hooks.received(String(args[0])) && super.emit(event, ...args);
    }
  };
}
