/** A broker's options: resolved once, checked, frozen. */
import { BrokerError } from "./errors.ts";
import { BROKER_LIMITS, type BrokerLimitName, type Limit } from "./limits.ts";

/**
 * Every bound and timeout of a broker, all optional. BROKER_LIMITS says of each what it bounds,
 * its unit, its default and what happens at it.
 */
export type BrokerOptions = Partial<Record<BrokerLimitName, number>>;

/** The same with nothing left out. */
export type ResolvedBrokerOptions = Readonly<Record<BrokerLimitName, number>>;

/** The options that may be 0; all others are at least 1. */
const MAY_BE_ZERO: ReadonlySet<BrokerLimitName> = new Set([
  "maxActionsPerSecondPerToken",
  "maxActionBurstPerToken",
  "maxIngestHoldMs",
  "inFlightRetryAfterMs",
]);

/**
 * Fills in the defaults. Throws BrokerError `bad_request` for a value that is no number, or
 * below the option's least value, naming the option, the value and what is allowed.
 */
export function resolveBrokerOptions(options: BrokerOptions = {}): ResolvedBrokerOptions {
  const resolved: Partial<Record<BrokerLimitName, number>> = {};
  for (const limit of BROKER_LIMITS) resolved[limit.name] = resolveOne(limit, options[limit.name]);
  return Object.freeze(resolved as Record<BrokerLimitName, number>);
}

function resolveOne(limit: Limit, given: number | undefined): number {
  if (given === undefined) return limit.value;
  const least = MAY_BE_ZERO.has(limit.name) ? 0 : 1;
  if (Number.isFinite(given) && given >= least) return given;
  throw new BrokerError(
    "bad_request",
    `${limit.name} must be a number of ${limit.unit} from ${least} up, not ${given}`,
  );
}
