/** A day of a community on five networks, one of which freezes and one of which is slow; with a count of all. */
import { setImmediate } from "node:timers/promises";
import type { SaidMessage, Testbed, TestChannel, TestMessage } from "@seabird-chat/testkit";
import { type Arrivals, DayLedger, type DoingKind, editText, messageText } from "./day-ledger.ts";

export const DAY_NETWORKS = [
  ...["irc/libera", "matrix/home", "xmpp/work", "discord/guild", "terminal/local"],
] as const;
export type DayNetwork = (typeof DAY_NETWORKS)[number];

export const DAY_LINK = DAY_NETWORKS.map((name) => `${name.replace("/", "://")}/lobby`);

export const FROZEN: DayNetwork = "matrix/home";
const PACED: DayNetwork = "xmpp/work";
/** Of what the messages and their changes take, so that it just keeps up. */
const PACED_LOAD = 0.95;
/** In hours; the bridge restarts in between. */
const FREEZES_AT = 1.5;
const THAWS_AT = 2.5;
const PEOPLE = ["ann", "bob", "cid", "dora", "eve", "finn", "gus"];

/** Which messages are changed, and how many bursts later. */
const CHANGES: readonly (readonly [Exclude<DoingKind, "message">, every: number, after: number])[] =
  [
    ["edit", 12, 1],
    ["reaction", 10, 1],
    ["removedReaction", 30, 2],
    ["deletion", 50, 3],
  ];
const REPLIES_EVERY = 8;
/** Changes of these come more than an hour later, behind a restart. */
const LONG_AFTER_EVERY = 7;
/** Turns of the event loop in which everything that a timer sets off comes to rest. */
const TURNS = 30;

export interface DayPlan {
  readonly messages: number;
  readonly hours: number;
  /** Milliseconds; shorter in small. */
  readonly hourMs: number;
  /** Messages that are said at the same time. */
  readonly burst: number;
  /** Called once an hour, before the restart, such as to measure memory. */
  readonly onHour?: (hour: number) => void;
}

export interface DayReport {
  readonly doings: number;
  readonly arrivals: Readonly<Record<DayNetwork, Arrivals>>;
  /** What the bridge says about networks, by the network where it says it. */
  readonly notices: Readonly<Record<DayNetwork, readonly string[]>>;
}

/** Talks for a day; the bridge is the only plugin, and restarts each hour with what waits. */
export async function busyDay(bed: Testbed, plan: DayPlan): Promise<DayReport> {
  const bursts = Math.ceil(plan.messages / plan.burst);
  const day = new Day(bed, plan, Math.ceil(bursts / plan.hours));
  const gapMs = Math.floor((plan.hours * plan.hourMs) / bursts);
  const heard = 1 - 1 / DAY_NETWORKS.length;
  bed.backend(PACED).answersAfter(Math.floor((PACED_LOAD * gapMs) / (plan.burst * heard)));
  for (let burst = 0; burst < bursts || day.hasChanges; burst++) {
    if (burst < bursts) await day.talk(burst);
    await day.change(burst);
    const now = burst * gapMs;
    const isNow = (hour: number) => now < hour * plan.hourMs && now + gapMs >= hour * plan.hourMs;
    if (isNow(FREEZES_AT)) bed.backend(FROZEN).answersAfter(Number.POSITIVE_INFINITY);
    if (isNow(THAWS_AT)) bed.backend(FROZEN).answersAfter(0);
    const hour = Math.floor((now + gapMs) / plan.hourMs);
    if (isNow(hour)) {
      plan.onHour?.(hour);
      await bed.restartPlugin("bridge");
    }
    await pass(bed, gapMs);
  }
  bed.backend(PACED).answersAfter(0);
  await bed.clock.advance("3m");
  return day.report();
}

/** Not by the clock's own `advance`, which waits in real time at each timer while a network has not answered. */
async function pass({ clock }: Testbed, ms: number): Promise<void> {
  const until = clock.now() + ms;
  do for (let turn = 0; turn < TURNS; turn++) await setImmediate();
  while (clock.runNext(until - clock.now()));
  clock.pass(until - clock.now());
}

/** What must not be, as sentences: nothing is lost but what is announced, and nothing doubled or out of order. */
export function brokenPromises({ arrivals }: DayReport): readonly string[] {
  return Object.entries(arrivals).flatMap(([network, counts]) => {
    const { missing, moot, announced, doubled, late, astray } = counts;
    const maxMissing = network === FROZEN ? announced : 0;
    return [
      missing > maxMissing ? `${network}: ${missing} missing, ${announced} of them announced` : "",
      announced > missing + moot ? `${network}: ${announced} announced, ${missing} missing` : "",
      doubled > 0 ? `${network}: ${doubled} doubled` : "",
      late > 0 ? `${network}: ${late} out of order` : "",
      astray > 0 ? `${network}: ${astray} replies to another message` : "",
    ].filter((line) => line !== "");
  });
}

class Day {
  readonly #bed: Testbed;
  readonly #plan: DayPlan;
  readonly #burstsPerHour: number;
  readonly #rooms: readonly TestChannel[];
  readonly #ledger: DayLedger;
  /** By burst. */
  readonly #changes = new Map<number, (() => Promise<void>)[]>();
  /** Copies on which somebody will react, by the message. */
  readonly #copies = new Map<number, TestMessage>();
  /** By network: one that may be answered. */
  readonly #latest: (readonly [TestMessage, number] | undefined)[] = [];

  constructor(bed: Testbed, plan: DayPlan, burstsPerHour: number) {
    this.#bed = bed;
    this.#plan = plan;
    this.#burstsPerHour = burstsPerHour;
    this.#rooms = DAY_NETWORKS.map((name) => bed.channel("lobby", name));
    this.#ledger = new DayLedger({ messages: plan.messages, networks: DAY_NETWORKS.length });
  }

  get hasChanges(): boolean {
    return this.#changes.size > 0;
  }

  async talk(burst: number): Promise<void> {
    const { messages, burst: size } = this.#plan;
    const first = burst * size;
    const count = Math.min(size, messages - first);
    await Promise.all(Array.from({ length: count }, (_, at) => this.#say(first + at, burst)));
    this.#take();
  }

  async change(burst: number): Promise<void> {
    const due = this.#changes.get(burst) ?? [];
    this.#changes.delete(burst);
    await Promise.all(due.map((each) => each()));
    this.#take();
  }

  report(): DayReport {
    this.#take();
    const byNetwork = <T>(of: (network: number) => T) =>
      Object.fromEntries(DAY_NETWORKS.map((name, at) => [name, of(at)])) as Record<DayNetwork, T>;
    return {
      doings: this.#ledger.doings,
      arrivals: byNetwork((network) => this.#ledger.arrivals(network)),
      notices: byNetwork((network) => this.#ledger.notices(network)),
    };
  }

  async #say(n: number, burst: number): Promise<void> {
    const source = n % DAY_NETWORKS.length;
    const [replyTo, answered] = (n % REPLIES_EVERY === 5 && this.#latest[source]) || [];
    this.#ledger.did("message", n, source);
    if (answered !== undefined) this.#ledger.answers(n, answered);
    const who = personOf(n);
    const message = await this.#rooms[source]?.say(who, messageText(n), { replyTo });
    if (message === undefined) return;
    this.#ledger.said(source, message.id, n);
    this.#latest[source] = [message, n];
    for (const [kind, , after] of CHANGES) {
      if (!isOf(kind, n)) continue;
      const more = n % LONG_AFTER_EVERY === 0 ? this.#burstsPerHour : 0;
      const at = burst + after + more;
      const due = this.#changes.get(at) ?? [];
      due.push(() => this.#do(kind, message, n));
      this.#changes.set(at, due);
    }
  }

  async #do(kind: DoingKind, message: SaidMessage, n: number): Promise<void> {
    const isReaction = kind === "reaction" || kind === "removedReaction";
    const copy = isReaction ? this.#copies.get(n) : undefined;
    this.#ledger.did(kind, n, copy === undefined ? n % DAY_NETWORKS.length : readerOf(n));
    if (kind === "edit") return await message.edit(editText(n));
    if (kind === "deletion") return await message.delete();
    const removed = kind === "removedReaction";
    if (removed || !isOf("removedReaction", n)) this.#copies.delete(n);
    await (copy ?? message).react(personOf(n + 3), "👍", { removed });
  }

  #take(): void {
    for (const item of this.#bed.takeSent()) {
      const at = DAY_NETWORKS.findIndex((name) => item.to === `${name} lobby`);
      const network = Math.max(0, at);
      const n = this.#ledger.arrived(network, item);
      if (n === undefined || item.kind !== "message") continue;
      if (isOf("reaction", n) && network === readerOf(n)) this.#copies.set(n, item);
      this.#latest[network] = [item, n];
    }
  }
}

function isOf(kind: DoingKind, n: number): boolean {
  return CHANGES.some(([each, every]) => each === kind && n % every === 1);
}

function personOf(n: number): string {
  return PEOPLE[n % PEOPLE.length] ?? "";
}

/** The network where somebody reacts to a message. */
function readerOf(n: number): number {
  return (n + 1 + (n % (DAY_NETWORKS.length - 1))) % DAY_NETWORKS.length;
}
