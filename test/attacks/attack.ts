/** What an attack is: a row of the table, and what the process that attacks gives it. */

import type { Socket } from "node:net";
import type { ClientConnection, ConnectionOptions } from "../../bench/wire/client-connection.ts";
import type { HeaderField } from "../../bench/wire/header-encoder.ts";

/** Tokens that an attacker may hold, by their scopes; core's of that name. */
export const TOKEN_SCOPES = {
  plugin: ["plugin"],
  backend: ["backend:*/*"],
  read: ["read"],
  metrics: ["metrics"],
  /** The honest peers', of which there are two pairs. */
  honest: ["plugin", "backend:*/*"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type TokenName = keyof typeof TOKEN_SCOPES;

/** What was done and what came of it, by name; for people, and for what a test can count. */
export type Counts = Record<string, number>;

/** Where an attack is aimed at, and how far it goes. */
export interface Attacker {
  readonly url: URL;
  readonly tokens: Readonly<Record<TokenName, string>>;
  readonly counts: Counts;
  /** Whether the time is over. */
  isOver(): boolean;
  /** How much of an amount is done: all of it, or in a test a part that shows the same. */
  size(amount: number): number;
  /** Behind all it does: until the time is over, or in a test until `mustSee` and for a moment. */
  stay(): Promise<void>;
  /** Undefined where core closed it before it began, or the time is over. */
  connect(options?: ConnectionOptions): Promise<ClientConnection | undefined>;
  /** A connection on which a call with this token was answered, so that it may do all it may. */
  accepted(token: string, options?: ConnectionOptions): Promise<ClientConnection | undefined>;
  /** A plain connection; undefined likewise. */
  socket(): Promise<Socket | undefined>;
  /** Calls with this token, or without one. */
  headers(path: string, token?: string): readonly HeaderField[];
  count(what: string, amount?: number): void;
}

/** What attacks may take of core's memory, where no row says another. */
export const MOST_MIB = 150;

export interface Attack {
  /** What it does, in a sentence. */
  readonly what: string;
  /** Methods that only our core has: other servers are not attacked so. */
  readonly onlyCore?: boolean;
  /** Whether it ends when it has done all it does; a test lets it. The others go on and on. */
  readonly ends?: boolean;
  /** MiB that core may take more than before, at most. Default: `MOST_MIB`. */
  readonly mostMib?: number;
  /** What a test must see in `counts`: that the attack reached a bound. */
  readonly mustSee?: readonly string[];
  /** How calls may end in a test, as `counts` names it: gRPC codes, or HTTP's. Default: in any way. */
  readonly mayEnd?: readonly string[];
  /** Resolves when it has done all it does, or the time is over. What it opened is closed for it. */
  run(attacker: Attacker): Promise<void>;
}
