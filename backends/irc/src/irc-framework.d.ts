/** What this backend uses of irc-framework, which brings no types of its own. */

declare module "irc-framework" {
  import type { EventEmitter } from "node:events";

  /** One parsed line. A command is in upper case; `params` ends with the trailing one. */
  export interface IrcMessage {
    readonly tags: Readonly<Record<string, string>>;
    readonly prefix: string;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly command: string;
    readonly params: readonly string[];
  }

  export function ircLineParser(line: string): IrcMessage;

  export interface ClientOptions {
    host: string;
    port: number;
    nick: string;
    username: string;
    gecos: string;
    password?: string;
    tls: boolean;
    rejectUnauthorized: boolean;
    auto_reconnect: boolean;
    /** Seconds. */
    ping_interval: number;
    /** Seconds. */
    ping_timeout: number;
    /** An empty object keeps the server's password from being tried as an account's. */
    account: Readonly<Record<string, never>>;
    /** An empty string: do not answer CTCP VERSION. */
    version: string;
    transport: unknown;
  }

  export class Client extends EventEmitter {
    constructor(options: ClientOptions);
    readonly network: { readonly options: Readonly<Record<string, unknown>> };
    readonly connection: {
      readonly connected: boolean;
      readonly transport: { close(force: boolean): void } | null;
    };
    connect(): void;
    /** Writes one line. */
    raw(line: string): void;
    quit(message: string): void;
  }
}

declare module "irc-framework/src/transports/net.js" {
  import { EventEmitter } from "node:events";
  import type { Socket } from "node:net";

  /** The TCP or TLS connection below a client; emits `open`, `line`, `close`. */
  class NetTransport extends EventEmitter {
    constructor(options: unknown);
    socket: Socket | null;
    writeLine(line: string, callback?: () => void): void;
    onSocketData(data: Buffer): void;
    close(force: boolean): void;
  }
  export = NetTransport;
}
