/** What the bench and its programs on our SDK tell each other over IPC. */
import type { ShapeName } from "../shapes/shape.ts";

interface Access {
  readonly url: string;
  readonly token: string;
  readonly shape: ShapeName;
}

export type PluginOrder =
  /** Starts a plugin; `handles`: whether it has a handler for messages. */
  | ({ type: "plugin"; handles: boolean } & Access)
  /** Starts to send, always so many calls in flight, until the process is ended. */
  | ({ type: "send"; channel: string; inFlight: number } & Access)
  /** Collects garbage and reports the heap. */
  | { type: "heap" };

export type BackendOrder =
  | ({ type: "backend"; backendType: string; id: string } & Access)
  | { type: "emit"; events: number };

export type SdkReport =
  | { type: "ready" }
  /** A plugin has received the action that ends a batch; `handled`: messages so far. */
  | { type: "batch"; handled: number }
  | { type: "heap"; bytes: number }
  | { type: "failed"; reason: string };
