/** The targets of our core, by row: a value, or a share of the ceiling's. */
export interface Target {
  readonly row: RegExp;
  readonly text: string;
  /** `ratio`: how good against the ceiling, 1 as good, above 1 better. */
  readonly met: (value: number, ratio: number | undefined) => boolean;
}

const partOfCeiling = (row: RegExp): Target => ({
  row,
  text: "≥ 70 % of ceiling",
  met: (_, ratio) => ratio !== undefined && ratio >= 0.7,
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

export const TARGETS: readonly Target[] = [
  partOfCeiling(/^deliveries to 100 streams, (un)?paced$/),
  partOfCeiling(/^actions, \d.* in flight$/),
  atMost(/^idle stream, own connection$/, 48, "KB"),
  atMost(/^idle stream, 50 on one$/, 8, "KB"),
  atMost(/^processor, SDK: handled event$/, 40, "µs"),
  atMost(/^processor, SDK: event without a handler$/, 4, "µs"),
  atMost(/^processor, SDK: event of a backend$/, 40, "µs"),
  atMost(/^SDK: heap growth, .* (handled event|without a handler)$/, 2, "MiB"),
  atMost(/^processor, seabird --help$/, 250, "ms"),
  atMost(/^processor, seabird send$/, 500, "ms"),
  atMost(/^npm start, to the prompt$/, 2_500, "ms"),
  atMost(/^first bot, to its registration$/, 300, "ms"),
  atMost(/^listening after$/, 400, "ms"),
  atLeast(/readers of 19 with all in order$/, 19),
  atLeast(/the twentieth ended RESOURCE_EXHAUSTED$/, 1),
  atLeast(/^the same, part of the speed without them$/, 0.9),
];
