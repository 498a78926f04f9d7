/**
 * Which events a stream gets. Each event has a class, made of its kind and its privacy, and a
 * filter is a set of classes (protocol: SubscribeOptions).
 */
import { EventSchema, type SubscribeOptions } from "@seabird-chat/protocol";
import type { EncodedEvent, PublishedKind } from "../codec/encode-event.ts";
import { BrokerError } from "../errors.ts";

/** The kinds from this number on go only to streams that name them. */
const FIRST_OPTIONAL_NUMBER = 1_000;
/** The name that stands for all kinds. */
const EVERY_KIND = "*";

const KINDS = EventSchema.oneofs.flatMap(({ fields }) => fields);
/** By name on the wire, as `message_edited`: the kind's place among all. */
const INDEX_BY_NAME = new Map(KINDS.map(({ name }, index) => [name, index]));
/** By kind: the class of its public events, which that of its private ones follows. */
const CLASS_BY_KIND = Object.fromEntries(
  KINDS.map(({ localName }, index) => [localName, index * 2]),
) as Readonly<Record<PublishedKind, number>>;
const ORIGINAL: readonly number[] = [...KINDS.keys()].filter(
  (index) => (KINDS[index]?.number ?? 0) < FIRST_OPTIONAL_NUMBER,
);

/** By class: 1 if its kind goes only to streams that name it. */
const OPTIONAL = Uint8Array.from(
  KINDS.flatMap((_, index) => {
    const isOriginal = ORIGINAL.includes(index);
    return [Number(!isOriginal), Number(!isOriginal)];
  }),
);

/** What filters tell apart, as a small number. */
export function classOf({ kind, isPrivate }: Pick<EncodedEvent, "kind" | "isPrivate">): number {
  return isPrivate ? CLASS_BY_KIND[kind] + 1 : CLASS_BY_KIND[kind];
}

/** Whether events of this class go only to streams that name their kind. */
export function isOptional(eventClass: number): boolean {
  return OPTIONAL[eventClass] === 1;
}

export class EventFilter {
  /** Equal for filters that include the same events. */
  readonly key: string;
  /** Names of the kinds, in the order of their numbers; empty: the original ones. */
  readonly kinds: readonly string[];
  /** Whether it has exactly the kinds that streams get which ask for nothing, or for all. */
  readonly isCommon: boolean;
  /** By class: 1 if it is included. */
  readonly #classes = new Uint8Array(KINDS.length * 2);

  constructor(indexes: readonly number[], mayPrivate: boolean) {
    const sorted = [...new Set(indexes)].sort((a, b) => a - b);
    for (const index of sorted) {
      this.#classes[index * 2] = 1;
      if (mayPrivate) this.#classes[index * 2 + 1] = 1;
    }
    this.key = `${sorted.join()}${mayPrivate ? " with private" : ""}`;
    const isOriginal = `${sorted}` === `${ORIGINAL}`;
    this.kinds = isOriginal ? [] : sorted.map((index) => KINDS[index]?.name ?? "");
    this.isCommon = isOriginal || sorted.length === KINDS.length;
  }

  includes(eventClass: number): boolean {
    return this.#classes[eventClass] === 1;
  }
}

/**
 * The filter that a stream's options ask for; without any, the original kinds. Throws
 * `bad_request` for a kind that does not exist, and for too many.
 */
export function readFilter(
  options: Pick<SubscribeOptions, "kinds"> | undefined,
  mayPrivate: boolean,
  maxKinds: number,
): EventFilter {
  const kinds = options?.kinds ?? [];
  if (kinds.length > maxKinds) {
    const message = `${kinds.length} kinds for one stream, limit ${maxKinds}`;
    throw new BrokerError("bad_request", message);
  }
  const indexes = kinds.flatMap((name) =>
    name === EVERY_KIND ? [...KINDS.keys()] : indexOf(name),
  );
  return new EventFilter(kinds.length === 0 ? ORIGINAL : indexes, mayPrivate);
}

function indexOf(name: string): number {
  const index = INDEX_BY_NAME.get(name);
  if (index === undefined) throw new BrokerError("bad_request", `unknown kind "${name}"`);
  return index;
}
