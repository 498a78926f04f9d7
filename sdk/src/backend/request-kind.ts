/** What each row of the tables of requests has. */
import type { ChatRequest } from "@seabird-chat/protocol";
import type { Connection } from "../link/connection.ts";
import type { Awaitable, BackendConnection, RequestInfo } from "./backend-connection.ts";
import type { Channels, ChatEventBody } from "./channels.ts";

/** Called when the answer is sent, and not at all if it comes too late: it may change the channels. */
export type Answer = (channels: Channels) => ChatEventBody;

export const success: Answer = () => ({ case: "success", value: {} });
/** The caller gets UNKNOWN with this reason. */
export const failed =
  (reason: string): Answer =>
  () => ({ case: "failed", value: { reason } });

export type Functions = Omit<BackendConnection, "metadata" | "reconfigure" | "closed" | "close">;
type Inner = ChatRequest["inner"];
/** GetBackendInfo is answered without the network. */
export type RequestCase = Exclude<NonNullable<Inner["case"]>, "metadata">;
export type ValueOf<Case extends RequestCase> = Extract<Inner, { case: Case }>["value"];

/** What a row may use besides the connection. */
export interface RequestContext {
  readonly channels: Pick<Channels, "get">;
  /** Plain HTTP at core, for files. */
  readonly http: Connection["http"];
  /** Logs what the connection's function returned wrongly, if it has done its work all the same. */
  readonly warn: (problem: string) => void;
}

export interface RequestKind<Value> {
  /** The connection's function that does it. */
  readonly needs: keyof Functions;
  /** Its name in the log, and in the metadata's `capabilities` if it is one of them. */
  readonly capability: string;
  /** Completes "campfire cannot …". */
  readonly cannot: string;
  /** Milliseconds after which it is answered Failed, if that is longer than for other requests. */
  readonly timeoutMs?: number;
  /** Called with a connection that has the function. */
  run(
    connection: Required<Functions>,
    value: Value,
    request: RequestInfo,
    context: RequestContext,
  ): Awaitable<Answer>;
}
