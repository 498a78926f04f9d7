/** What core and plugins expect of every backend, as test cases over a network that you drive. */
import assert from "node:assert/strict";
import type { Backendbed } from "../harness/backendbed.ts";
import { showBlock } from "../harness/show-block.ts";
import type { ContractNetwork } from "./contract-network.ts";
import { ContractRun } from "./contract-run.ts";
import { MESSAGE_CASES } from "./message-cases.ts";

export interface ContractCase {
  readonly name: string;
  /** Starts the backend on the network, checks one promise, and ends both. */
  run(network: ContractNetwork): Promise<void>;
}

const FRAMING: readonly string[] = ["\r", "\n", "\0"];

type Check = (run: ContractRun) => Promise<void>;

const LINES_IN_ORDER = 12;
const SENDS_AT_ONCE = 8;

/** Texts that have broken chat programs: protocol injection, control characters, markup, length. */
const HOSTILE_TEXTS: readonly string[] = [
  "one\r\nQUIT :injected",
  "null \u0000 byte",
  "escape \u001b[2J\u001b]0;title\u0007 sequence",
  "\u0002bold that never ends",
  "\u0001ACTION is forged\u0001",
  "right to left \u202e and \u200b invisible",
  '{"json": ["<b>&amp;", \'`*_~|\']}',
  "@everyone %s %n $(x) ../../etc/passwd",
  "👩‍👩‍👧‍👦".repeat(120),
  "x".repeat(5_000),
  `${"wörd ".repeat(800)}end`,
];

const CASES: Readonly<Record<string, Check>> = {
  "it introduces itself: core lists it and its metadata": async ({ bed }) => {
    const info = await bed.core.backendInfo(bed.id);
    assert.equal(info.backend?.id, bed.id);
    const backends = await bed.core.listBackends();
    assert.deepEqual(
      backends.map(({ id }) => id),
      [bed.id],
    );
    for (const key of ["version", "user_ids", "command_prefix"]) {
      assert.notEqual(info.metadata[key] ?? "", "", `metadata lacks ${key}`);
    }
  },

  "channels are announced, and again to a core that was restarted": async (run) => {
    const before = await run.bed.channels();
    await run.bed.restartCore();
    await run.bed.connected();
    await run.untilInChannel();
    assert.deepEqual(await run.bed.channels(), before);
  },

  "each kind of event arrives with its channel, user and text": async (run) => {
    const { channel, person, self } = run.network;
    await person.say(channel, "hello, wörld 🦀");
    const message = await run.nextEvent("message");
    assert.deepEqual(
      [message.channel, message.user.id, message.text],
      [channel, person.id, "hello, wörld 🦀"],
    );
    await person.say(channel, "!roll 2d6 now");
    const command = await run.nextEvent("command");
    assert.deepEqual([command.channel, command.command, command.arg], [channel, "roll", "2d6 now"]);
    await person.say(channel, `${self}: are you there?`);
    assert.equal((await run.nextEvent("mention")).text, "are you there?");
    if (person.act !== undefined) {
      await person.act(channel, "waves");
      assert.equal((await run.nextEvent("action")).text, "waves");
    }
    if (person.whisper !== undefined) {
      await person.whisper("just for you");
      const whisper = await run.nextEvent("privateMessage");
      assert.deepEqual([whisper.user.id, whisper.text], [person.id, "just for you"]);
    }
    if (person.whisperAction !== undefined) {
      await person.whisperAction("nods");
      assert.equal((await run.nextEvent("privateAction")).text, "nods");
    }
  },

  "each send is seen on the network, or refused in words": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    await bed.send(channel, "hello, wörld 🦀");
    await run.untilSeen("hello, wörld 🦀");
    // A network without actions may show one as a line.
    const acted = await bed.act(channel, "waves back").then(() => true, refused);
    if (acted || person.act !== undefined) await run.untilSeen("waves back");
    const untilWhispered = (text: string) =>
      bed.until(`the person to receive ${JSON.stringify(text)}`, () =>
        (person.seenInPrivate?.() ?? []).some((line) => line.includes(text)),
      );
    await seenOrRefused(person.whisper !== undefined, bed.sendPrivately(person.id, "psst"), () =>
      untilWhispered("psst"),
    );
    await seenOrRefused(
      person.whisperAction !== undefined,
      bed.actPrivately(person.id, "winks back"),
      () => untilWhispered("winks back"),
    );
  },

  "channels are joined and left, and topics set, or refused in words": async (run) => {
    const { bed, network } = run;
    const { joinable, channel } = network;
    const ids = async () => (await bed.channels()).map(({ id }) => id);
    await seenOrRefused(joinable !== undefined, bed.join(joinable ?? "nowhere"), async () => {
      assert.ok((await ids()).includes(joinable ?? ""));
    });
    await seenOrRefused(network.topic !== undefined, bed.setTopic(channel, "fresh paint"), () =>
      bed.until("the topic", async () => {
        const [listed] = (await bed.channels()).filter(({ id }) => id === channel);
        return listed?.topic === "fresh paint" && (await network.topic?.(channel)) === listed.topic;
      }),
    );
    if (joinable === undefined) return;
    await bed.leave(joinable, "so long");
    assert.deepEqual(await ids(), [channel]);
  },

  "what the network refuses fails with the network's reason": async ({ bed, network }) => {
    if (network.unknownChannel === undefined) return;
    await assertRefused(bed.send(network.unknownChannel, "hi"));
    await assertRefused(bed.leave(network.unknownChannel));
  },

  "lines keep their order in both directions": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    const numbers = Array.from({ length: LINES_IN_ORDER }, (_, index) => `line ${index}.`);
    for (const line of numbers) await person.say(channel, line);
    const events: string[] = [];
    while (events.length < numbers.length) events.push((await run.nextEvent("message")).text);
    assert.deepEqual(events, numbers);
    await Promise.all(numbers.map((line) => bed.send(channel, line)));
    await run.untilSeen(numbers.at(-1) ?? "");
    const seen = person
      .seen(channel)
      .flatMap((line) => numbers.find((each) => line.includes(each)) ?? []);
    assert.deepEqual(seen, numbers);
  },

  "hostile texts going out break nothing and inject nothing": async (run) => {
    const { bed, network } = run;
    const injection = `one\r\nPRIVMSG ${network.person.id} :injected`;
    for (const text of [injection, ...HOSTILE_TEXTS]) {
      await bed.send(network.channel, text).then(() => true, refused);
    }
    await bed.send(network.channel, "still here");
    await run.untilSeen("still here");
    const received = network.person.seenInPrivate?.() ?? [];
    assert.deepEqual(received, [], "a line of the text became a message of its own");
  },

  "hostile lines coming in are events or nothing, and the next line arrives": async (run) => {
    const { bed, network } = run;
    const { channel, person } = network;
    // No network carries these within a line; everything else a stranger may send.
    const lines = HOSTILE_TEXTS.filter((text) => !FRAMING.some((sign) => text.includes(sign)));
    for (const line of lines) await person.say(channel, line.slice(0, 300));
    await person.say(channel, "the last line");
    for (;;) {
      const event = await bed.nextEvent();
      assert.equal(event.user.id, person.id);
      assert.ok(event.text.isWellFormed());
      if (event.text === "the last line") break;
    }
  },

  "formatting that the network has survives a round trip": async (run) => {
    const { bed, network } = run;
    const { channel, person, roundTrips = [] } = network;
    for (const block of roundTrips) {
      const before = person.seen(channel).length;
      await bed.send(channel, block);
      await bed.until(`the person to see ${showBlock(block)}`, () => {
        return person.seen(channel).length > before;
      });
      await person.say(channel, person.seen(channel).at(-1) ?? "");
      assert.equal((await run.nextEvent("message")).shown, showBlock(block));
    }
  },

  "a network that is lost ends what is in flight, and everything works again after it": async (
    run,
  ) => {
    const { bed, network } = run;
    const { outage, channel } = network;
    if (outage === undefined) return;
    const inFlight = Promise.allSettled(
      Array.from({ length: SENDS_AT_ONCE }, (_, index) => bed.send(channel, `in flight ${index}`)),
    );
    await outage.begin();
    await bed.lost();
    assert.match((await bed.metadata())["network"] ?? "", /^away since \d{4}-.*Z: ./);
    await untilNetwork(bed, "networkLost");
    // Each of them ends, one way or the other.
    for (const outcome of await inFlight) {
      if (outcome.status === "rejected") refused(outcome.reason);
    }
    await assert.rejects(bed.send(channel, "into the void"));
    assert.equal((await bed.core.listBackends()).length, 1, "core lost the backend");
    await outage.end();
    await bed.connected();
    assert.equal((await bed.metadata())["network"], "connected");
    await untilNetwork(bed, "networkBack");
    await bed.until("the backend to be back on the network", () =>
      bed.send(channel, "back again").then(() => true, refused),
    );
    await run.untilInChannel();
    await run.untilSeen("back again");
    await network.person.say(channel, "welcome back");
    await bed.until("the person's line", () =>
      bed.events.some(({ text }) => text === "welcome back"),
    );
  },

  "a connection to core that is cut comes back, with the channels": async (run) => {
    const { bed, network } = run;
    const cut = bed.send(network.channel, "cut off").catch(() => undefined);
    await bed.disconnect();
    await cut;
    await bed.connected();
    await run.untilInChannel();
    await bed.send(network.channel, "back again");
    await run.untilSeen("back again");
  },

  "it shuts down: off core, off the network, nothing left behind": async (run) => {
    const { network } = run;
    const untilCounted = async (isOpen: boolean, otherwise: string) => {
      const deadline = performance.now() + 5_000;
      while (network.connections !== undefined && network.connections() > 0 !== isOpen) {
        assert.ok(performance.now() < deadline, otherwise);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await untilCounted(true, "the backend has no connection");
    // Fails for timers, calls and streams that are left.
    await run.close();
    await untilCounted(false, "the backend's connection is still open");
  },
};

/**
 * The contract of all backends. Run each case on a fresh network:
 *
 * ```ts
 * for (const { name, run } of BACKEND_CONTRACT) {
 *   test(name, async () => run(await startNetwork()));
 * }
 * ```
 */
export const BACKEND_CONTRACT: readonly ContractCase[] = Object.entries({
  ...CASES,
  ...MESSAGE_CASES,
}).map(([name, check]) => ({
  name,
  async run(network) {
    try {
      await using run = await ContractRun.start(network);
      await check(run);
    } finally {
      await network.close();
    }
  },
}));

/** Waits for what core publishes about the network. */
async function untilNetwork(bed: Backendbed, change: string): Promise<void> {
  while ((await bed.nextReport("backend")).change !== change);
}

async function seenOrRefused(
  can: boolean,
  call: Promise<unknown>,
  seen: () => Promise<void>,
): Promise<void> {
  if (!can) return await assertRefused(call);
  await call;
  await seen();
}

function assertRefused(call: Promise<unknown>): Promise<void> {
  return assert.rejects(call, (error) => !refused(error));
}

/** Checks that the backend answered Failed with a reason in words. Returns false. */
function refused(error: unknown): false {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  assert.equal(code, "unknown", String(error));
  assert.match(String(message), /[a-z]{2,}.* /);
  return false;
}
