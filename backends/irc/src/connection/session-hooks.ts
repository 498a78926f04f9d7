/** What a session tells while it lasts, and at its end. */
import type { IrcEvent } from "../presence/irc-state.ts";
import type { Endpoint } from "./sts.ts";

export interface SessionHooks {
  event(event: IrcEvent): void;
  /** The server has welcomed us and the channels have been asked for. */
  welcomed(): void;
  /** Services know us by this account now. */
  loggedIn(account: string): void;
  /** The login failed, which is not required; we go on without. */
  loginFailed(reason: string): void;
  /** NickServ does not take the password; the channels are asked for without. */
  identifyRefused(reason: string): void;
  /** An error about a channel that was joined by ourselves. */
  joinRefused(channel: string, numeric: string, reason: string): void;
  /** Each line, for the log's debug level; secrets are taken out. */
  line(direction: "in" | "out", line: string): void;
  /** Something of ours was no line of IRC and was not sent. */
  leftOut(reason: string): void;
}

export interface SessionEnd {
  readonly reason: string;
  /** Where the server sends us before anything was told to it (STS). */
  readonly upgrade: Endpoint | undefined;
  /** Our password, or we, are not taken: coming back soon will not help. */
  readonly isRefusal: boolean;
}
