/** How it stands between a backend and its network. */

export type NetworkState =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "connected" }
  /** Lost or refused; the next attempt follows after `retryInMs`. */
  | { readonly state: "waiting"; readonly retryInMs: number; readonly error: Error }
  /** Left, or given up. The last state. */
  | { readonly state: "closed" };
