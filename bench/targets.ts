/** The targets of our core and our programs, by row: a value, or a share of another system's. */
import type { SystemName } from "./systems/system.ts";

export interface Target {
  readonly row: RegExp;
  readonly text: string;
  /**
   * `ratios`: how good against the others, 1 as good, above 1 better. `undefined`: the system to
   * compare with was not measured.
   */
  readonly met: (value: number, ratios: Partial<Record<SystemName, number>>) => boolean | undefined;
}

const TITLES = { ceiling: "ceiling", nats: "NATS" } as const;

const atLeastOf = (row: RegExp, part: number, system: keyof typeof TITLES = "ceiling"): Target => ({
  row,
  text: `≥ ${part * 100} % of ${TITLES[system]}`,
  met: (_, { [system]: ratio }) => (ratio === undefined ? undefined : ratio >= part),
});

const atMost = (row: RegExp, most: number, unit: string): Target => ({
  row,
  text: `≤ ${most} ${unit}`,
  met: (value) => value <= most,
});

const atLeast = (row: RegExp, least: number): Target => ({
  row,
  text: `≥ ${least}`,
  met: (value) => value >= least,
});

const atMostTimesGrpcGo = (row: RegExp, times: number): Target => ({
  row,
  text: `≤ ${times} × grpc-go`,
  met: (_, { "grpc-go": ratio }) => (ratio === undefined ? undefined : ratio >= 1 / times),
});

export const TARGETS: readonly Target[] = [
  atLeastOf(/^deliveries to 1 stream, paced$/, 1),
  atLeastOf(/^deliveries to \d[\d,]* streams, paced$/, 0.8),
  atLeastOf(/^deliveries to 100 streams, unpaced(, real)?$/, 0.9),
  atLeastOf(/^deliveries to 100 streams, unpaced, tagged$/, 1, "nats"),
  atMost(/^processor to 1 stream, unpaced: real, times plain$/, 2, "times"),
  atLeast(/: with ids, part of those without$/, 0.9),
  atLeastOf(/^actions, \d.* in flight$/, 0.7),
  atMost(/^idle stream, own connection$/, 48, "KB"),
  atMost(/^idle stream, 50 on one$/, 8, "KB"),
  atMost(/^processor, SDK: handled event$/, 40, "µs"),
  atMost(/^processor, SDK: event without a handler$/, 4, "µs"),
  atMost(/^processor, SDK: event of a backend$/, 40, "µs"),
  atMost(/^SDK: heap growth over .* handled events$/, 2, "MiB"),
  atMost(/^processor, bridge: one link, times an answer$/, 2, "times"),
  atMost(/^bridge: latency, p99, frozen times without$/, 1.2, "times"),
  atMost(/^processor, seabird --help$/, 250, "ms"),
  atMost(/^processor, seabird send$/, 500, "ms"),
  atMost(/^npm start, to the prompt$/, 2_500, "ms"),
  atMost(/^first bot, to its registration$/, 300, "ms"),
  atMost(/^listening after$/, 400, "ms"),
  atLeast(/readers of 19 with all in order$/, 19),
  atLeast(/the twentieth ended RESOURCE_EXHAUSTED$/, 1),
  atMost(/: failed or lost, /, 0, ""),
  atMost(/: not back after a second, /, 0, ""),
  atMostTimesGrpcGo(/: (actions|events), p99, /, 1.5),
  atLeast(/^the same, part of the speed without them$/, 0.9),
];
