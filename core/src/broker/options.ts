/** A broker's options: resolved once, checked, frozen. */
import type { ActionKind } from "./actions.ts";
import { BrokerError } from "./errors.ts";
import { BROKER_LIMITS, type BrokerLimitName } from "./limits.ts";

/** Bounds and timeouts of a broker, all optional; default: those of BROKER_LIMITS. */
export interface BrokerOptions extends Partial<Readonly<Record<BrokerLimitName, number>>> {
  /** By action, in milliseconds; default: `actionTimeoutMs`. */
  readonly actionTimeouts?: Partial<Readonly<Record<ActionKind, number>>>;
}

/** The same with nothing left out. */
export type ResolvedBrokerOptions = Readonly<Required<BrokerOptions>>;

/** The options that may be 0, or a fraction; all others are whole numbers from 1. */
export const MAY_BE_ZERO: readonly BrokerLimitName[] = [
  "maxActionsPerSecondPerToken",
  "maxActionBurstPerToken",
  "maxIngestPauseMs",
  "inFlightRetryAfterMs",
  "networkRetryAfterMs",
];

/**
 * Fills in the defaults. Throws BrokerError `bad_request` for an unknown name or a wrong value,
 * with the name, the value and what is allowed.
 */
export function resolveBrokerOptions(
  { actionTimeouts = {}, ...limits }: BrokerOptions = {},
  actions: readonly string[] = Object.keys(actionTimeouts),
): ResolvedBrokerOptions {
  for (const [name, value] of Object.entries(actionTimeouts)) {
    if (!actions.includes(name)) {
      throw new BrokerError(
        "bad_request",
        `actionTimeouts: there is no action "${name}"; allowed are ${actions.join(", ")}`,
      );
    }
    checkLimit(`actionTimeouts.${name}`, value);
  }
  return Object.freeze({
    ...resolveLimits(BROKER_LIMITS, limits, MAY_BE_ZERO),
    actionTimeouts: { ...actionTimeouts },
  });
}

/** Limits with their defaults, frozen. Refuses unknown names, and all but whole numbers from 1. */
export function resolveLimits<Name extends string>(
  defaults: Readonly<Record<Name, number>>,
  given: Partial<Readonly<Record<Name, number>>>,
  mayBeZero: readonly Name[] = [],
): Readonly<Record<Name, number>> {
  const resolved: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(given) as Name[]) {
    const value = given[name];
    if (!Object.hasOwn(defaults, name)) {
      throw new BrokerError("bad_request", `there is no limit "${name}"`);
    }
    if (value === undefined) continue;
    checkLimit(name, value, mayBeZero.includes(name));
    resolved[name] = value;
  }
  return Object.freeze(resolved);
}

function checkLimit(name: string, value: number, mayBeZero = false): void {
  const isAllowed = mayBeZero
    ? Number.isFinite(value) && value >= 0
    : Number.isSafeInteger(value) && value >= 1;
  if (isAllowed) return;
  const allowed = mayBeZero ? "a number of at least 0" : "a whole number of at least 1";
  throw new BrokerError("bad_request", `${name}: got ${value}; allowed is ${allowed}`);
}
