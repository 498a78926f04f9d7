/** The one way in and out of the socket: every line that leaves is cleaned, every one that comes is bounded. */
import NetTransport from "irc-framework/src/transports/net.js";
import { MAX_SERVER_LINE_BYTES, MAX_UNSENT_BYTES } from "./limits.ts";
import { cleanLine, decodeLine } from "./line.ts";

export interface LineHooks {
  /** A line arrived. True: irc-framework is to see it as well. */
  received(line: string): boolean;
  /** A line is about to leave, whoever wrote it. */
  sent(line: string): void;
  /** irc-framework could not read the line it was given. */
  failed(reason: unknown): void;
  /** The server breaks a limit; the connection ends. */
  broken(reason: string): void;
}

const LF = 0x0a;

/** irc-framework makes a transport of this class for each connection. */
export function transportClass(hooks: LineHooks): typeof NetTransport {
  return class extends NetTransport {
    #unfinished: Buffer = Buffer.alloc(0);

    override writeLine(line: string, callback?: () => void): void {
      if ((this.socket?.writableLength ?? 0) > MAX_UNSENT_BYTES) {
        // It asks without end (PING, say) and reads no answers.
        this.#end("the server does not read");
        return;
      }
      const clean = cleanLine(line);
      hooks.sent(clean);
      super.writeLine(clean, callback);
    }

    /** In place of irc-framework's own, which reads any bytes as UTF-8, and lines of any length. */
    override onSocketData(data: Buffer): void {
      let rest = this.#unfinished.length === 0 ? data : Buffer.concat([this.#unfinished, data]);
      for (let end = rest.indexOf(LF); end !== -1; end = rest.indexOf(LF)) {
        if (end > MAX_SERVER_LINE_BYTES) break;
        this.#line(decodeLine(rest.subarray(0, end)));
        if (this.socket === null || this.socket.destroyed) return;
        rest = rest.subarray(end + 1);
      }
      if (rest.length > MAX_SERVER_LINE_BYTES) this.#end("the server sent a line without end");
      else this.#unfinished = Buffer.from(rest);
    }

    #line(line: string): void {
      if (!hooks.received(line)) return;
      try {
        this.emit("line", line);
      } catch (reason) {
        // irc-framework trusts servers: a CAP without parameters, say, makes it throw.
        hooks.failed(reason);
      }
    }

    #end(reason: string): void {
      hooks.broken(reason);
      this.close(true);
    }
  };
}
