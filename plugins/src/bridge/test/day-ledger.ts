/** What people did in a day, and what arrived of it on each network; by numbers, so that a long day takes no memory. */
import type { SentItem, SentMessage } from "@seabird-chat/testkit";

export type DoingKind = "message" | "edit" | "reaction" | "removedReaction" | "deletion";

/** What happened to the doings of others on their way to one network. */
export interface Arrivals {
  readonly arrived: number;
  /** Done elsewhere, and not here. */
  readonly missing: number;
  readonly doubled: number;
  /** Behind a later one of the same network. */
  readonly late: number;
  /** Replies that answer another message than the one that was meant, though it is here. */
  readonly astray: number;
  /** Changes of messages that are missing here, or were deleted here before. */
  readonly moot: number;
  /** What the bridge says in the channel that it has dropped. */
  readonly announced: number;
}

/** Doings for each message, on average. */
const DOINGS = 2;
/** Ids of a network that are not of messages: lines of the bridge, edits that were said again. */
const OTHER_IDS = 20_000;
const KINDS: readonly DoingKind[] = [
  ...(["message", "edit", "reaction", "removedReaction", "deletion"] as const),
];
const WORDS = /no\. (\d+) of the day(, corrected)?$/;

export function messageText(n: number): string {
  return `no. ${n} of the day`;
}

export function editText(n: number): string {
  return `${messageText(n)}, corrected`;
}

/** Of one network. Numbers are kept with one added: 0 is nothing. */
interface Side {
  /** By the number in the network's id. */
  readonly messages: Int32Array;
  /** By message: whether it is here. */
  readonly isHere: Uint8Array;
  /** By doing: how often it arrived. */
  readonly counts: Uint8Array;
  /** By network: the latest of its doings. */
  readonly latest: Int32Array;
  readonly notices: string[];
  late: number;
  astray: number;
}

export class DayLedger {
  readonly #sides: readonly Side[];
  readonly #sources: Uint8Array;
  /** By kind and message: the doing. */
  readonly #doings: readonly Int32Array[];
  readonly #messageOf: Int32Array;
  readonly #kindOf: Uint8Array;
  /** By message: the one that it answers. */
  readonly #answered: Int32Array;
  #last = 0;

  constructor({ messages, networks }: { readonly messages: number; readonly networks: number }) {
    const doings = messages * DOINGS + 1;
    this.#sources = new Uint8Array(doings);
    this.#messageOf = new Int32Array(doings);
    this.#kindOf = new Uint8Array(doings);
    this.#doings = KINDS.map(() => new Int32Array(messages));
    this.#answered = new Int32Array(messages);
    this.#sides = Array.from({ length: networks }, () => ({
      messages: new Int32Array(messages + OTHER_IDS),
      isHere: new Uint8Array(messages),
      counts: new Uint8Array(doings),
      latest: new Int32Array(networks),
      ...{ notices: [], late: 0, astray: 0 },
    }));
  }

  get doings(): number {
    return this.#last;
  }

  /** Somebody does it now. */
  did(kind: DoingKind, n: number, source: number): void {
    const doing = ++this.#last;
    this.#sources[doing] = source;
    this.#messageOf[doing] = n;
    this.#kindOf[doing] = KINDS.indexOf(kind);
    this.#table(kind)[n] = doing;
  }

  /** Message `n` answers another. */
  answers(n: number, other: number): void {
    this.#answered[n] = other + 1;
  }

  /** A person's message has this id on its network. */
  said(network: number, id: string, n: number): void {
    const side = this.#side(network);
    side.messages[numberIn(id)] = n + 1;
    side.isHere[n] = 1;
  }

  /** The bridge did this on a network; returns the number of the message that it is. */
  arrived(network: number, item: SentItem): number | undefined {
    const side = this.#side(network);
    if (item.kind !== "message" && item.kind !== "action" && item.kind !== "edit") {
      this.#count(side, item.kind, this.#at(side, item.ids[0]));
      return undefined;
    }
    const [, digits, corrected] = WORDS.exec(item.text) ?? [];
    if (digits === undefined) {
      side.notices.push(item.text);
      return undefined;
    }
    const n = Number(digits);
    this.#count(side, corrected === undefined ? "message" : "edit", n);
    if (item.kind === "edit" || corrected !== undefined) return undefined;
    this.said(network, item.ids[0] ?? "", n);
    if (this.#isAstray(side, item as SentMessage, n)) side.astray += 1;
    return n;
  }

  notices(network: number): readonly string[] {
    return this.#side(network).notices;
  }

  arrivals(network: number): Arrivals {
    const side = this.#side(network);
    let [arrived, missing, doubled, moot] = [0, 0, 0, 0];
    for (let doing = 1; doing <= this.#last; doing++) {
      const count = side.counts[doing] ?? 0;
      if (count > 0) arrived += 1;
      if (count > 1) doubled += count - 1;
      if (count > 0 || this.#sources[doing] === network) continue;
      if (this.#isMoot(doing, network)) moot += 1;
      else missing += 1;
    }
    const announced = side.notices.reduce((sum, line) => sum + announcedIn(line), 0);
    return { arrived, missing, doubled, late: side.late, astray: side.astray, moot, announced };
  }

  /** An edit of what is missing is said again. */
  #isMoot(doing: number, network: number): boolean {
    if (this.#isWithdrawn(this.#messageOf[doing] ?? 0, network)) return true;
    if ((this.#kindOf[doing] ?? 0) <= KINDS.indexOf("edit")) return false;
    const n = this.#messageOf[doing] ?? 0;
    const deletion = this.#table("deletion")[n] ?? 0;
    const isDeletedHere = deletion > 0 && this.#sources[deletion] === network;
    return isDeletedHere || this.#side(network).isHere[n] === 0;
  }

  /** Deleted elsewhere before it was here. */
  #isWithdrawn(n: number, network: number): boolean {
    const deletion = this.#table("deletion")[n] ?? 0;
    const isElsewhere = deletion > 0 && this.#sources[deletion] !== network;
    return isElsewhere && this.#side(network).isHere[n] === 0;
  }

  #count(side: Side, kind: DoingKind, n: number | undefined): void {
    const doing = n === undefined ? 0 : (this.#table(kind)[n] ?? 0);
    if (doing === 0) throw new Error(`nobody did that: ${kind} of message ${n}`);
    const source = this.#sources[doing] ?? 0;
    const latest = side.latest[source] ?? 0;
    if ((side.counts[doing] ?? 0) === 0 && doing < latest) side.late += 1;
    side.counts[doing] = (side.counts[doing] ?? 0) + 1;
    side.latest[source] = Math.max(doing, latest);
  }

  #isAstray(side: Side, { replyTo }: SentMessage, n: number): boolean {
    const meant = this.#answered[n] ?? 0;
    if (replyTo !== undefined) return this.#at(side, replyTo.id) !== meant - 1;
    return meant !== 0 && side.isHere[meant - 1] === 1;
  }

  #at(side: Side, id = ""): number | undefined {
    const known = side.messages[numberIn(id)] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  #table(kind: DoingKind): Int32Array {
    return this.#doings[KINDS.indexOf(kind)] ?? new Int32Array();
  }

  #side(network: number): Side {
    const side = this.#sides[network];
    if (side === undefined) throw new RangeError(`no network ${network}`);
    return side;
  }
}

/** What a channel reads that it misses; what others miss is not counted. */
function announcedIn(line: string): number {
  if (/^\S+ on /.test(line)) return 0;
  const numbers = [
    ...line.matchAll(/(?:^|; )(?:of )?(\d+) messages? (?:from the other|nobody knows)/g),
  ];
  return numbers.reduce((sum, [, digits]) => sum + Number(digits), 0);
}

/** The networks of a testbed number their messages: `m17`. */
function numberIn(id: string): number {
  return Number(id.slice(1));
}
