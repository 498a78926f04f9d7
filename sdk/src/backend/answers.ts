/** What a backend's handler may answer to a request of core. */
import type { BackendChannel } from "./channels.ts";

export type Answer =
  | { readonly kind: "success" }
  | { readonly kind: "failed"; readonly reason: string }
  /** Answers a join and announces the channel. */
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  /** Answers a leave and takes the channel out. */
  | { readonly kind: "left"; readonly channelId: string }
  /** Answers an update and announces the new name and topic. */
  | { readonly kind: "changed"; readonly channel: BackendChannel }
  | { readonly kind: "metadata"; readonly values: Readonly<Record<string, string>> };

export const success = (): Answer => ({ kind: "success" });
/** The caller gets UNKNOWN with this reason. */
export const failed = (reason: string): Answer => ({ kind: "failed", reason });
export const joined = (channel: BackendChannel): Answer => ({ kind: "joined", channel });
export const left = (channelId: string): Answer => ({ kind: "left", channelId });
export const changed = (channel: BackendChannel): Answer => ({ kind: "changed", channel });
