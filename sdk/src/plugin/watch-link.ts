/** Logs each outage of a plugin's link once, and reports lost events to the author. */
import type { LinkState } from "../link/link.ts";
import type { Log } from "../program/log.ts";

export interface LinkWatch {
  readonly log: Log;
  /** Events flow again after a stream that core ended because the plugin read too slowly. */
  onGap(): void;
}

/** Resolves when the link has ended. */
export async function watchLink(states: AsyncIterable<LinkState>, watch: LinkWatch): Promise<void> {
  let outage = "";
  let wasConnected = false;
  let hasGap = false;
  for await (const state of states) {
    if (state.state === "connected") {
      watch.log.info("connected");
      if (hasGap) watch.onGap();
      outage = "";
      wasConnected = true;
      hasGap = false;
    } else if (state.state === "waiting") {
      hasGap ||= wasConnected && state.error.code === "resource_exhausted";
      wasConnected = false;
      if (state.error.message === outage) continue;
      outage = state.error.message;
      watch.log.warn(`${outage}; reconnecting`);
    }
  }
}
