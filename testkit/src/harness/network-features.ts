/** What a scripted network can do: everything, but for what a test takes away. */
import { inspect } from "node:util";
import { FEATURES, REPORTED_FEATURES } from "@seabird-chat/protocol";
import type { ChannelCapabilities } from "@seabird-chat/sdk/backend";

/** A name of the protocol, as `ctx.can` takes it. */
export type NetworkFeature = (typeof FEATURES)[number] | (typeof REPORTED_FEATURES)[number];

const ALL: readonly NetworkFeature[] = [...FEATURES, ...REPORTED_FEATURES];

export class NetworkFeatures {
  readonly #network: string;
  #without: ReadonlySet<NetworkFeature> = new Set();

  /** Throws a TypeError for a name that is none. */
  constructor(network: string, without: readonly NetworkFeature[] = []) {
    this.#network = network;
    this.takeAway(without);
  }

  /** From now on it has everything but these. */
  takeAway(without: readonly NetworkFeature[]): void {
    if (!Array.isArray(without)) {
      throw new TypeError(`without takes a list, such as ["edit"], not ${inspect(without)}`);
    }
    const unknown = without.find((name) => !ALL.includes(name));
    if (unknown !== undefined) {
      throw new TypeError(
        `"${unknown}" is nothing that a network has; there are ${ALL.join(", ")}`,
      );
    }
    this.#without = new Set(without);
  }

  has(feature: NetworkFeature): boolean {
    return !this.#without.has(feature);
  }

  /** Throws a TypeError for a test that uses what it took away. */
  need(feature: NetworkFeature): void {
    if (!this.has(feature)) throw this.missing(feature);
  }

  missing(feature: NetworkFeature): TypeError {
    return new TypeError(`${this.#network} has no ${feature} in this test: see "without"`);
  }

  get declared(): ChannelCapabilities {
    const support = ALL.map((name) => [camelCase(name), this.has(name) ? "full" : "none"]);
    return Object.fromEntries(support) as ChannelCapabilities;
  }
}

/** The SDK's name of a feature: `messageIds`. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
