/** Which kinds of events a plugin asks core for: the original ones, and those that it names. */
import { EventSchema } from "@seabird-chat/protocol";
import { didYouMean } from "../command/nearest.ts";
import { SeabirdError } from "../link/errors.ts";
import { EVENT_KINDS, isEventKind, isOriginalKind, type KnownKind } from "./event-rows.ts";
import type { PluginEvent } from "./events.ts";

/** The names of kinds on the wire, such as `message_edited`. */
const WIRE_NAMES = new Map(
  EventSchema.fields.map(({ localName, name }) => [localName, name] as const),
);

/** Throws a SeabirdError `bad_option` for what is no kind. */
export function checkKind(kind: string): void {
  if (isEventKind(kind)) return;
  const hint = didYouMean(String(kind), EVENT_KINDS) || `; allowed: ${EVENT_KINDS.join(", ")}`;
  throw new SeabirdError("bad_option", `there is no event kind "${kind}"${hint}`);
}

/** Kinds of events, or all that core has, those of later versions of the protocol too. */
export type SubscribedKinds = Iterable<PluginEvent["kind"]> | "*";

export class Subscription {
  readonly #isAll: boolean;
  /** Besides the original kinds. */
  readonly #extra: readonly KnownKind[];
  /** Of these, those that the session's core has not refused. */
  #asked: Set<KnownKind>;
  readonly #missing = new Set<string>();
  readonly #onMissing: (kinds: readonly KnownKind[]) => void;

  /** `onMissing` is called once for each kind that core does not have. */
  constructor(kinds: SubscribedKinds, onMissing: (kinds: readonly KnownKind[]) => void = () => {}) {
    const isExtra = (kind: string): kind is KnownKind =>
      kind !== "unknown" && !isOriginalKind(kind);
    this.#isAll = kinds === "*";
    this.#extra = [...(kinds === "*" ? EVENT_KINDS : kinds)].filter(isExtra).sort();
    this.#asked = new Set(this.#extra);
    this.#onMissing = onMissing;
  }

  /** A session begins, perhaps with a newer core: it is asked for all of them. */
  begin(): void {
    this.#asked = new Set(this.#extra);
  }

  /** SubscribeOptions; undefined for the original kinds alone, which core sends by default. */
  get options(): { kinds: string[] } | undefined {
    if (this.#isAll) return { kinds: ["*"] };
    if (this.#asked.size === 0) return undefined;
    const kinds = EVENT_KINDS.filter((kind) => isOriginalKind(kind) || this.#asked.has(kind));
    return { kinds: kinds.map((kind) => WIRE_NAMES.get(kind) ?? kind) };
  }

  /** Core has answered. One without the extension ignores what it was asked for. */
  accepted(hasMessages: boolean | undefined): void {
    if (hasMessages === false) this.#report([...this.#asked]);
  }

  /** True if core refused a kind, and is to be asked again without it. */
  refused({ code, message }: SeabirdError): boolean {
    const name =
      code === "invalid_argument" ? /^unknown kind "(.*)"$/s.exec(message)?.[1] : undefined;
    const kind = [...this.#asked].find((each) => WIRE_NAMES.get(each) === name);
    if (kind === undefined) return false;
    this.#asked.delete(kind);
    this.#report([kind]);
    return true;
  }

  #report(kinds: readonly KnownKind[]): void {
    const unreported = kinds.filter((kind) => !this.#missing.has(kind));
    for (const kind of unreported) this.#missing.add(kind);
    if (unreported.length > 0) this.#onMissing(unreported);
  }
}
