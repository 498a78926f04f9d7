/** A day of a community on five networks, one of which freezes and one of which is slow; with a count of all. */
import type { SentMessage, Testbed, TestChannel } from "@seabird-chat/testkit";

export const DAY_NETWORKS = [
  ...["irc/libera", "matrix/home", "xmpp/work", "discord/guild", "terminal/local"],
] as const;
type Network = (typeof DAY_NETWORKS)[number];

export const DAY_LINK = DAY_NETWORKS.map((name) => `${name.replace("/", "://")}/lobby`);

const FROZEN: Network = "matrix/home";
const PACED: Network = "xmpp/work";
/** In hours; the bridge restarts in between. */
const FREEZES_AT = 1.5;
const THAWS_AT = 2.5;
const PEOPLE = ["ann", "bob", "cid", "dora", "eve", "finn", "gus"];

export interface DayPlan {
  readonly messages: number;
  readonly hours: number;
  /** Milliseconds; shorter in small. */
  readonly hourMs: number;
  /** Messages that are said at the same time. */
  readonly burst: number;
  /** Called once an hour, such as to measure memory. */
  readonly onHour?: (hour: number) => void;
}

/** What happened to the messages on their way to one network. */
export interface Arrivals {
  readonly arrived: number;
  /** Said elsewhere, and not here. */
  readonly missing: number;
  readonly doubled: number;
  /** Behind a later one of the same network. */
  readonly late: number;
  /** What the bridge says in the channel that it has dropped. */
  readonly announced: number;
}

export interface DayReport {
  readonly arrivals: Readonly<Record<Network, Arrivals>>;
  /** What the bridge says about networks, by the network where it says it. */
  readonly notices: Readonly<Record<Network, readonly string[]>>;
}

/** Talks for a day; the bridge is the only plugin, and restarts each hour with what waits. */
export async function busyDay(bed: Testbed, plan: DayPlan): Promise<DayReport> {
  const rooms = DAY_NETWORKS.map((name) => bed.channel("lobby", name));
  const bursts = Math.ceil(plan.messages / plan.burst);
  const gapMs = Math.floor((plan.hours * plan.hourMs) / bursts);
  const hears = 1 - 1 / DAY_NETWORKS.length;
  bed.backend(PACED).answersAfter(Math.floor((0.95 * gapMs) / (plan.burst * hears)));
  for (let said = 0, now = 0; said < plan.messages; now += gapMs) {
    const count = Math.min(plan.burst, plan.messages - said);
    await talk(bed, rooms, said, count);
    said += count;
    const isNow = (hour: number) => now < hour * plan.hourMs && now + gapMs >= hour * plan.hourMs;
    if (isNow(FREEZES_AT)) bed.backend(FROZEN).answersAfter(Number.POSITIVE_INFINITY);
    if (isNow(THAWS_AT)) bed.backend(FROZEN).answersAfter(0);
    const hour = Math.floor((now + gapMs) / plan.hourMs);
    if (isNow(hour)) {
      await bed.restartPlugin("bridge");
      plan.onHour?.(hour);
    }
    await bed.clock.advance(gapMs);
  }
  bed.backend(PACED).answersAfter(0);
  await bed.clock.advance("3m");
  const report = reportOf(bed.sent, plan.messages);
  for (const room of rooms) while (await hasMore(room));
  return report;
}

/** Takes what was said there, so that the testbed does not miss it. */
async function hasMore(room: TestChannel): Promise<boolean> {
  return await room.expect(/.*/s).then(
    () => true,
    () => false,
  );
}

async function talk(
  bed: Testbed,
  rooms: readonly TestChannel[],
  from: number,
  count: number,
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => from + n);
  await Promise.all(
    numbers.map((n) =>
      rooms[n % rooms.length]?.say(PEOPLE[n % PEOPLE.length] ?? "", `no. ${n} of the day`),
    ),
  );
  await bed.idle();
}

function reportOf(sent: readonly SentMessage[], messages: number): DayReport {
  const byNetwork = DAY_NETWORKS.map((name, index) => {
    const label = index === 0 ? "lobby" : `${name} lobby`;
    return sent.filter(({ to }) => to === label);
  });
  const entries = DAY_NETWORKS.map(
    (name, index) => [name, arrivalsOf(byNetwork[index] ?? [], { index, messages })] as const,
  );
  const notices = DAY_NETWORKS.map((name, index): [Network, readonly string[]] => {
    const own = (byNetwork[index] ?? []).filter((each) => numberOf(each) === undefined);
    return [name, own.map(({ text }) => text)];
  });
  return {
    arrivals: Object.fromEntries(entries) as Record<Network, Arrivals>,
    notices: Object.fromEntries(notices) as Record<Network, readonly string[]>,
  };
}

function arrivalsOf(
  here: readonly SentMessage[],
  { index, messages }: { index: number; messages: number },
): Arrivals {
  const seen = new Set<number>();
  const latest = new Map<number, number>();
  let [doubled, late, announced] = [0, 0, 0];
  for (const each of here) {
    const n = numberOf(each);
    if (n === undefined) {
      announced += Number(/^(\d+) messages? from the other side/.exec(each.text)?.[1] ?? 0);
      continue;
    }
    const source = n % DAY_NETWORKS.length;
    if (seen.has(n)) doubled += 1;
    else if (n < (latest.get(source) ?? 0)) late += 1;
    seen.add(n);
    latest.set(source, Math.max(n, latest.get(source) ?? 0));
  }
  const own = Array.from({ length: messages }, (_, n) => n % DAY_NETWORKS.length);
  const expected = own.filter((source) => source !== index).length;
  return { arrived: seen.size, missing: expected - seen.size, doubled, late, announced };
}

function numberOf({ text }: SentMessage): number | undefined {
  const [, digits] = /no\. (\d+) of the day$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
