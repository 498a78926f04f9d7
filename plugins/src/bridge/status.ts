/** The state of the links, one row for each direction into a channel. */
import type { Bridge } from "./bridge.ts";

export interface LinkStatus {
  readonly link: string;
  readonly state: "open" | "paused";
  /** Where it leads. */
  readonly channel: string;
  /** Deliveries in its queue. */
  readonly waiting: number;
  /** Of the last delivery, in milliseconds since 1970; undefined: none yet. */
  readonly lastAt: number | undefined;
  /** Undefined: it delivers. */
  readonly failure: string | undefined;
  /** Since the start. */
  readonly failures: number;
}

export function statusOf({ links, guards, queues }: Pick<Bridge, "links" | "guards" | "queues">) {
  return links.all.flatMap((link): LinkStatus[] =>
    link.to.map((channel) => {
      const queue = queues.of(channel);
      return {
        link: link.name,
        state: guards.of(link).isPaused ? "paused" : "open",
        channel,
        waiting: queue?.waiting ?? 0,
        lastAt: queue?.lastAt,
        failure: queue?.failure,
        failures: queue?.failures ?? 0,
      };
    }),
  );
}
