/**
 * The table of actions, a row per RPC: its target, what is announced, what the backend is asked,
 * which answers mean success, and the response. The rows are in `actions/rows/`, and
 * `actions/action-runner.ts` runs them. The methods of the services, the labels of metrics and the
 * timeouts by action come from this table.
 */
import type { MessageShape } from "@bufbuild/protobuf";
import { CHANNEL_ROWS } from "./actions/rows/channel-rows.ts";
import { MESSAGE_ROWS } from "./actions/rows/message-rows.ts";
import { SEND_ROWS } from "./actions/rows/send-rows.ts";

/** Keys are the RPCs' names, as in TypeScript. */
export const ACTIONS = { ...SEND_ROWS, ...CHANNEL_ROWS, ...MESSAGE_ROWS };

/** What a plugin can have core ask of a backend. */
export type ActionKind = keyof typeof ACTIONS;
type Row<K extends ActionKind> = (typeof ACTIONS)[K];
export type ActionRequest<K extends ActionKind> = MessageShape<Row<K>["rpc"]["input"]>;
export type ActionResponse<K extends ActionKind> = MessageShape<Row<K>["rpc"]["output"]>;
