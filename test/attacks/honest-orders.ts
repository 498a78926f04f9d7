/** What the process of the honest peers is told and says. */

/** What honest peers do twenty times, or twice, a second. */
export const PROBES = ["action", "event", "newcomer", "health", "healthz"] as const;

export type Probe = (typeof PROBES)[number];

/** `attack` and what is around it; a probe counts for the phase in which it began. */
export type Phase = "warmUp" | "before" | "attack" | "recovery" | "after";

/** What came of one kind of probe in one phase. */
export interface Outcome {
  readonly tried: number;
  /** Refused, or ended in any other way than well. */
  readonly failed: number;
  /** Without any answer within `HANG_MS`. */
  readonly lost: number;
  /** Milliseconds of those that went well, sorted. */
  readonly ms: readonly number[];
  /** Of the first that failed: why. */
  readonly why: string | undefined;
}

export type Outcomes = Readonly<Record<Phase, Readonly<Record<Probe, Outcome>>>>;

export type HonestOrder =
  | {
      readonly type: "start";
      readonly url: string;
      readonly token: string;
      /** Addresses of this machine; a backend and a plugin come from each. */
      readonly addresses: readonly string[];
      readonly hasHttp1: boolean;
    }
  | { readonly type: "phase"; readonly phase: Phase }
  | { readonly type: "finish" };

export type HonestReport =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly reason: string }
  /** By address. */
  | { readonly type: "done"; readonly outcomes: Readonly<Record<string, Outcomes>> };

/** Milliseconds from which an answer counts as lost. */
export const HANG_MS = 60_000;
