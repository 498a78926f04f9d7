/** What is a loop and what is not, for how long a speaker is ignored, and what is remembered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "@seabird-chat/protocol";
import { resolveLimits } from "../link/limits.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { silentLog } from "../program/log.ts";
import { LoopGuard } from "./loop-guard.ts";
import { eventOf } from "./test/event-of.ts";

const CHANNEL = "irc://libera/%23c";
const user = (name: string) => `irc://libera/${name}`;

function setUp(constants: Parameters<typeof resolveLimits>[1] = {}) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = { ...silentLog, warn: (fields: unknown) => void lines.push(JSON.stringify(fields)) };
  const guard = new LoopGuard({ clock, limits: resolveLimits({}, constants), log });
  const event = (inner: Event["inner"]) => eventOf({ inner });
  const line = (name: string, channelId = CHANNEL) => {
    const source = { channelId, user: { id: name && user(name), displayName: name } };
    return event({ case: "message", value: { source, text: "hi" } } as Event["inner"]);
  };
  const whisper = (name: string) =>
    event({
      case: "privateMessage",
      value: { source: { id: user(name), displayName: name }, text: "hi" },
    } as Event["inner"]);
  const where = (channelId: string) => ({ where: { case: "channelId", value: channelId } });
  /** What somebody does to messages, by default somebody known as a bot. */
  const deed = (kind: Deed, name: string, { isBot = true } = {}) => {
    const person = { id: user(name), displayName: name, isBot };
    const common = { conversation: where(CHANNEL), sender: "" };
    const fields = {
      reaction: { ...common, messageId: "1", user: person, emoji: { text: "👍" } },
      messageEdited: { ...common, author: person, text: "hi", info: { id: "1" } },
      messageDeleted: { ...common, messageIds: ["1"], by: person },
    };
    return event({ case: kind, value: fields[kind] } as unknown as Event["inner"]);
  };
  return {
    clock,
    guard,
    lines,
    line,
    whisper,
    deed,
    /** A reaction, edit or deletion that a handler takes, or none. */
    does: (kind: Deed, name: string, isForUs = true) => guard.note(deed(kind, name), isForUs),
    /** A line that a command or `hears` takes. */
    says: (name: string, channelId = CHANNEL) => guard.note(line(name, channelId), true),
    /** Chat that is not for the plugin. */
    chats: (name: string) => guard.note(line(name), false),
    ignores: (name: string, channelId = CHANNEL) => guard.ignores(line(name, channelId)),
    /** Sends an answer, which takes so many milliseconds to get through. */
    async answers(tookMs = 0, to = CHANNEL) {
      const sent = Promise.withResolvers<void>();
      guard.sending(to, sent.promise);
      await clock.advance(tookMs);
      sent.resolve();
      await sent.promise;
    },
  };
}

type Deed = "reaction" | "messageEdited" | "messageDeleted";
type Stage = ReturnType<typeof setUp>;

async function loop(stage: Stage, name = "bot", times = 10): Promise<void> {
  stage.says(name);
  for (let time = 1; time <= times; time++) {
    await stage.answers(50);
    await stage.clock.advance(100);
    stage.says(name);
  }
}

async function times(count: number, go: (time: number) => Promise<unknown>): Promise<void> {
  for (let time = 0; time < count; time++) await go(time);
}

const NO_LOOPS: readonly (readonly [what: string, go: (stage: Stage) => Promise<unknown>])[] = [
  ["nine exchanges", (stage) => loop(stage, "ann", 9)],
  [
    "three commands within a second",
    (stage) =>
      times(3, async () => {
        stage.says("ann");
        await stage.answers(100);
      }),
  ],
  [
    "a hundred pasted lines and then their answers",
    async (stage) => {
      await times(100, async () => stage.says("ann"));
      await times(100, () => stage.answers(10));
    },
  ],
  [
    "five people who ask in turn, again and again",
    (stage) =>
      times(50, async (time) => {
        stage.says(`user${time % 5}`);
        await stage.answers(10);
      }),
  ],
  [
    "somebody else who says a word each time",
    (stage) =>
      times(50, async () => {
        stage.says("ann");
        await stage.answers(10);
        stage.chats("bob");
      }),
  ],
  [
    "a person who takes more than 2 s",
    (stage) =>
      times(50, async () => {
        stage.says("ann");
        await stage.answers(10);
        await stage.clock.advance(2_001);
      }),
  ],
  [
    "one slow line in every ten",
    (stage) =>
      times(50, async (time) => {
        stage.says("ann");
        await stage.answers(10);
        if (time % 10 === 9) await stage.clock.advance(2_001);
      }),
  ],
  [
    "chat that is not for the plugin, between lines that a bridge sends",
    (stage) =>
      times(50, async () => {
        stage.chats("ann");
        await stage.answers(10);
      }),
  ],
  ["commands without an answer", (stage) => times(50, async () => stage.says("ann"))],
  [
    "answers elsewhere",
    (stage) =>
      times(50, async () => {
        stage.says("ann");
        await stage.answers(10, "irc://libera/%23other");
      }),
  ],
  [
    "commands that come long before the answer gets through",
    (stage) =>
      times(50, async () => {
        stage.says("ann");
        const sent = Promise.withResolvers<void>();
        stage.guard.sending(CHANNEL, sent.promise);
        await stage.clock.advance(3_000);
        stage.says("ann");
        await stage.clock.advance(3_000);
        sent.resolve();
        await sent.promise;
      }),
  ],
  [
    "answers that are refused",
    (stage) =>
      times(50, async () => {
        stage.says("ann");
        const sent = Promise.reject(new Error("no"));
        stage.guard.sending(CHANNEL, sent);
        await sent.catch(() => undefined);
      }),
  ],
  ...(["reaction", "messageEdited", "messageDeleted"] as const).map((kind) => {
    const go = (stage: Stage) =>
      times(50, async () => {
        stage.guard.note(stage.deed(kind, "ann", { isBot: false }), true);
        await stage.answers(10);
      });
    return [`a ${kind} for each answer, by somebody who is not known as a bot`, go] as const;
  }),
  [
    "bots that react in turn to a poll that is edited each time",
    (stage) =>
      times(50, async (time) => {
        stage.does("reaction", `bot${time % 2}`);
        await stage.answers(10);
      }),
  ],
  [
    "edits of the plugin itself, one for each vote of a person",
    (stage) =>
      times(50, async () => {
        stage.guard.note(stage.deed("reaction", "ann", { isBot: false }), true);
        await stage.answers(10);
        stage.does("messageEdited", "self");
      }),
  ],
  [
    "edits of the plugin itself, one for each command",
    (stage) =>
      times(50, async (time) => {
        stage.says(`user${time % 2}`);
        await stage.answers(10);
        stage.does("messageEdited", "self");
      }),
  ],
  [
    "edits of the plugin itself, by a timer",
    (stage) =>
      times(50, async () => {
        await stage.answers(10);
        stage.does("messageEdited", "self");
        await stage.clock.advance(3_000);
      }),
  ],
  [
    "reactions that no handler takes",
    (stage) =>
      times(50, async () => {
        stage.does("reaction", "ann", false);
        await stage.answers(10);
      }),
  ],
  [
    "a line for each reaction, from the same person",
    (stage) =>
      times(9, async () => {
        stage.does("reaction", "ann");
        await stage.answers(10);
        stage.says("ann");
        await stage.answers(10);
      }),
  ],
  ["a backend that does not tell who speaks", (stage) => loop(stage, "", 50)],
];

for (const [what, go] of NO_LOOPS) {
  test(`no loop: ${what}`, async () => {
    const stage = setUp();
    await go(stage);
    assert.deepEqual(stage.guard.list(), []);
    assert.equal(stage.guard.loops, 0);
  });
}

const LOOPS: readonly (readonly [what: string, go: (stage: Stage) => Promise<unknown>])[] = [
  ["ten exchanges", (stage) => loop(stage)],
  [
    "a bot that adds lines which are for nobody",
    async (stage) => {
      stage.says("bot");
      await times(10, async () => {
        await stage.answers(50);
        stage.chats("bot");
        stage.says("bot");
        stage.chats("bot");
      });
    },
  ],
  [
    "a bot that answers before the answer's success is known",
    async (stage) => {
      stage.says("bot");
      await times(10, async () => {
        const answered = stage.answers(100);
        stage.says("bot");
        await answered;
      });
    },
  ],
  [
    "answers that wait for a flood limit, echoed before their success is known",
    async (stage) => {
      stage.says("bot");
      await times(10, async () => {
        const sent = Promise.withResolvers<void>();
        stage.guard.sending(CHANNEL, sent.promise);
        await stage.clock.advance(8_000);
        stage.says("bot");
        await stage.clock.advance(100);
        sent.resolve();
        await sent.promise;
      });
    },
  ],
  [
    "answers that take handlers a minute",
    async (stage) => {
      stage.says("bot");
      await times(10, async () => {
        await stage.clock.advance(60_000);
        await stage.answers(50);
        stage.says("bot");
      });
    },
  ],
  ...(["reaction", "messageEdited", "messageDeleted"] as const).map((kind) => {
    const go = async (stage: Stage) => {
      await times(11, async () => {
        stage.does(kind, "bot");
        await stage.answers(50);
      });
      assert.equal(stage.guard.ignores(stage.deed(kind, "bot")), true);
      assert.equal(stage.guard.ignores(stage.deed(kind, "ann")), false);
    };
    return [`a ${kind} for each answer`, go] as const;
  }),
  [
    "reactions between which no handler takes those of the plugin itself, nor what people say",
    (stage) =>
      times(11, async () => {
        stage.does("reaction", "bot");
        await stage.answers(50);
        stage.does("reaction", "self", false);
        stage.chats("ann");
      }),
  ],
  [
    "lines between which others react",
    (stage) =>
      times(11, async (time) => {
        stage.says("bot");
        await stage.answers(50);
        stage.does("reaction", `user${time % 2}`);
      }),
  ],
  [
    "an id that the author writes in another way",
    async (stage) => {
      stage.says("bot");
      await times(10, async () => {
        await stage.answers(50, "irc://libera/#c");
        stage.says("bot");
      });
    },
  ],
];

for (const [what, go] of LOOPS) {
  test(`a loop: ${what}`, async () => {
    const stage = setUp();
    await go(stage);
    assert.equal(stage.ignores("bot"), true);
    assert.equal(stage.guard.loops, 1);
    const fields = { user: user("bot"), channel: CHANNEL, seconds: 60 };
    assert.deepEqual(stage.lines, [JSON.stringify(fields)]);
  });
}

test("only that speaker, and only there", async () => {
  const stage = setUp();
  await loop(stage);
  assert.equal(stage.ignores("ann"), false);
  assert.equal(stage.ignores("bot", "irc://libera/%23other"), false);
  assert.equal(stage.guard.ignores(stage.whisper("bot")), false);
});

test("a private conversation with reactions of the bot's own account is one too", async () => {
  const { guard, clock } = setUp();
  const own = eventOf({
    inner: {
      case: "reaction",
      value: {
        conversation: { where: { case: "userId", value: user("ann") } },
        ...{ messageId: "1", user: { id: user("self") }, emoji: { text: "👍" }, sender: "bot" },
      },
    },
  });
  await times(11, async () => {
    guard.note(own, true);
    guard.sending(user("ann"), Promise.resolve());
    await clock.advance(10);
  });
  assert.equal(guard.ignores(own), true);
  assert.deepEqual(
    guard.list().map(({ userId, channelId }) => [userId, channelId]),
    [[user("self"), ""]],
  );
});

test("a private conversation is one too", async () => {
  const stage = setUp();
  const { guard } = stage;
  await times(11, async () => {
    guard.note(stage.whisper("bot"), true);
    await stage.answers(10, user("bot"));
  });
  assert.equal(guard.ignores(stage.whisper("bot")), true);
  assert.equal(stage.ignores("bot"), false);
  assert.deepEqual(
    guard.list().map(({ userId, channelId }) => [userId, channelId]),
    [[user("bot"), ""]],
  );
});

test("a minute, twice as long each time, an hour at most, and anew after an hour without", async () => {
  const stage = setUp();
  for (const seconds of [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]) {
    await loop(stage);
    const [ignored] = stage.guard.list();
    assert.equal(ignored?.untilMs, Math.round(stage.clock.wallMs() + seconds * 1_000));
    await stage.clock.advance(seconds * 1_000 - 1);
    assert.equal(stage.ignores("bot"), true);
    await stage.clock.advance(1);
    assert.equal(stage.ignores("bot"), false);
    assert.deepEqual(stage.guard.list(), []);
  }
  await stage.clock.advance(3_600_000);
  await loop(stage);
  assert.match(stage.lines.at(-1) ?? "", /"seconds":60\}/);
});

test("what is ended by hand is ended everywhere, and forgotten", async () => {
  const stage = setUp();
  let changes = 0;
  const forget = stage.guard.onChange(() => (changes += 1));
  await loop(stage);
  assert.equal(changes, 1);
  assert.equal(stage.guard.unignore(user("ann")), false);
  assert.equal(stage.guard.unignore(user("bot")), true);
  assert.equal(stage.guard.unignore(user("bot")), false);
  assert.equal(changes, 2);
  assert.equal(stage.ignores("bot"), false);
  forget();
  await loop(stage);
  assert.match(stage.lines.at(-1) ?? "", /"seconds":60\}/);
  assert.equal(stage.guard.loops, 2);
  assert.equal(changes, 2);
});

test("memory is bounded: what was quiet for longest is forgotten", async () => {
  const stage = setUp({ maxLoopConversations: 3, maxIgnoredSpeakers: 2 });
  stage.says("bot");
  await stage.answers();
  for (let other = 0; other < 3; other++) stage.says("bot", `irc://libera/${other}`);
  await times(9, async () => {
    stage.says("bot");
    await stage.answers();
  });
  assert.equal(stage.guard.loops, 0);
  for (const name of ["one", "two", "three"]) await loop(stage, name);
  assert.deepEqual(
    stage.guard.list().map(({ userId }) => userId),
    [user("two"), user("three")],
  );
});
