/** The guard of each link; says in the link's channels why it is paused. */
import type { Delivery } from "./delivery.ts";
import { type CrossedText, LinkGuard } from "./link-guard.ts";
import type { Link } from "./links.ts";
import type { PausedLinks } from "./paused-links.ts";

export interface LinkGuardsDeps {
  readonly maxPerWindow: () => number;
  /** Milliseconds of a clock that only rises. */
  readonly now: () => number;
  readonly push: (channel: string, delivery: Delivery) => void;
  readonly paused: PausedLinks;
}

export class LinkGuards {
  readonly #deps: LinkGuardsDeps;
  readonly #guards = new Map<string, LinkGuard>();

  constructor(deps: LinkGuardsDeps) {
    this.#deps = deps;
  }

  of({ name }: Pick<Link, "name">): LinkGuard {
    const known = this.#guards.get(name);
    if (known !== undefined) return known;
    const { paused } = this.#deps;
    const guard = new LinkGuard({ ...this.#deps, isStopped: () => paused.has({ name }) });
    this.#guards.set(name, guard);
    return guard;
  }

  /** Forgets those of other links: a later one of the same name begins anew. */
  keep(links: readonly Pick<Link, "name">[]): void {
    const names = new Set(links.map(({ name }) => name));
    for (const name of this.#guards.keys()) if (!names.has(name)) this.#guards.delete(name);
  }

  /** Without `said` it is no message: it counts, but is not compared. */
  mayPass(link: Link, said?: CrossedText): boolean {
    const decision = this.of(link).check(said);
    if (!decision.isPaused) return true;
    if (decision.reason !== undefined) this.#tell(link, decision.reason);
    return false;
  }

  #tell(link: Link, reason: string): void {
    const line = `the bridge "${link.name}" pauses for a minute: ${reason}`;
    for (const channel of new Set([...link.from, ...link.to])) {
      this.#deps.push(channel, { kind: "line", text: line });
    }
  }
}
