/** The limits that flags and environment set. */

import { IRC_OPTION_LIMITS, type IrcLimitName } from "../limits.ts";
import { MAX_LIMIT, ORDERED, snakeCase } from "../settings.ts";
import { ConfigError } from "./config-error.ts";
import { type Environment, type Flags, limitVariable } from "./environment.ts";

/** As settings, those that are given. Throws ConfigError. */
export function readLimits(flags: Flags, env: Environment): Readonly<Record<string, number>> {
  const given = readNumbers(flags, env);
  const settled = (name: IrcLimitName) =>
    given.get(name) ?? IRC_OPTION_LIMITS.find((limit) => limit.name === name)?.value ?? 0;
  for (const [lower, upper] of ORDERED) {
    if (settled(lower) <= settled(upper)) continue;
    const [one, other] = [limitVariable(lower).env, limitVariable(upper).env];
    throw new ConfigError(
      `${one} is ${settled(lower)} and ${other} is ${settled(upper)}; give ${one} the smaller one`,
    );
  }
  return Object.fromEntries([...given].map(([name, value]) => [snakeCase(name), value]));
}

function readNumbers(flags: Flags, env: Environment): Map<IrcLimitName, number> {
  const numbers = new Map<IrcLimitName, number>();
  for (const { name } of IRC_OPTION_LIMITS) {
    const { env: variable, flag } = limitVariable(name);
    const given = flags[flag] ?? env[variable] ?? formerNickCheck(name, env);
    if (given === undefined || given === "") continue;
    const value = Number(given);
    if (!Number.isInteger(value) || value < 1 || value > MAX_LIMIT) {
      throw new ConfigError(
        `${variable} is "${given}"; give a whole number from 1 to ${MAX_LIMIT}`,
      );
    }
    numbers.set(name, value);
  }
  return numbers;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** NICK_CHECK_DURATION, as existing installations have it: `1m30s`. */
function formerNickCheck(name: IrcLimitName, env: Environment): string | undefined {
  const given = env["NICK_CHECK_DURATION"];
  if (name !== "nickCheckMs" || given === undefined || given === "") return undefined;
  if (!/^(\d+(ms|s|m|h))+$/.test(given)) {
    throw new ConfigError(`NICK_CHECK_DURATION is "${given}"; give a duration such as 1m30s`);
  }
  const parts = [...given.matchAll(/(\d+)(ms|s|m|h)/g)];
  return String(
    parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNIT_MS[unit ?? ""] ?? 0), 0),
  );
}
