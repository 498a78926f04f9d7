/** Requests of core as lines: never two in one, never too long, never another command. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Block, bold, container, emoji, list, mention, text } from "@seabird-chat/protocol";
import fc from "fast-check";
import { lineProblem } from "./message/format-line.ts";
import { parseMessage } from "./message/irc-message.ts";
import { byteLength } from "./message/line.ts";
import {
  degradedOf,
  NOTICE_TAG,
  type Plan,
  planChannelSend,
  planJoin,
  planLeave,
  planPrivateSend,
  planRedact,
  planTags,
  planTopic,
} from "./outbound.ts";
import { IrcState } from "./state/irc-state.ts";

const network = new IrcState("bird");
const tags = {};

function lines(plan: Plan): readonly string[] {
  assert.ok("lines" in plan, JSON.stringify(plan));
  return plan.lines;
}

function refusal(plan: Plan): string {
  assert.ok("refused" in plan, JSON.stringify(plan));
  return plan.refused;
}

const say = (words: string, channelId = "#a", as: "message" | "action" = "message") =>
  planChannelSend(channelId, { text: words, tags }, as, network);

suite("answers, mentions, tags and deletions", () => {
  test("the first line names the message that it answers", () => {
    const answer = { text: "a\nb", tags, replyTo: { messageId: "x;1" } };
    const plan = planChannelSend("#a", answer, "message", network);
    assert.deepEqual("lines" in plan && [plan.lines, plan.tags], [
      ["PRIVMSG #a :a", "PRIVMSG #a :b"],
      { "+draft/reply": "x;1" },
    ]);
    const nul = { text: "a", tags, replyTo: { messageId: "x\0" } };
    assert.match(refusal(planChannelSend("#a", nul, "message", network)), /line break or NUL/);
    const long = { text: "a", tags, replyTo: { messageId: "x".repeat(5_000) } };
    assert.match(refusal(planChannelSend("#a", long, "message", network)), /tags are \d+ bytes/);
  });

  const known = new IrcState("bird");
  known.receive(parseMessage(":bird!b@h JOIN #a"));
  known.receive(parseMessage(":srv 353 bird = #a :Ann"));
  const rows: readonly [what: string, block: Block, line: string, degraded: readonly string[]][] = [
    ["of somebody who is there", mention({ userId: "ann" }, "my dear"), "Ann", []],
    ["of a stranger", mention({ userId: "joe" }, "my dear"), "joe", []],
    ["of a nick that begins with ^", mention({ userId: "~joe" }), "^joe", []],
    ["of what is no nick", mention({ userId: "joe x" }, "Joe"), "Joe", []],
    ["of a channel", mention({ channelId: "#b" }, "there"), "#b", []],
    ["of what is no channel", mention({ channelId: "#b\r\nQUIT" }, "there"), "there", []],
    ["of everybody", mention("everyone", bold("all")), "\x02all", ["mention"]],
    ["in bold", bold(mention({ userId: "ann" }, "my dear")), "\x02Ann", []],
    ["none: a name in a text stays", text("@ann"), "@ann", []],
    ["none: an emoji", emoji("👍"), "👍", []],
    ["none: an emoji of another network", emoji(":x:", { id: "1" }), ":x:", ["emoji"]],
    ["none: an ordered list", list(["a", bold("b")], { ordered: true }), "1. a, 2. \x02b", []],
    ["none: another list", list(["a", "b"]), "a, b", []],
  ];
  for (const [what, block, line, degraded] of rows) {
    test(`a mention ${what}`, () => {
      const plan = planChannelSend("#a", { text: "x", block, tags }, "message", known);
      assert.deepEqual(lines(plan), [`PRIVMSG #a :${line}`]);
      assert.deepEqual(degradedOf(container([block])), degraded);
    });
  }

  test("tags alone, and deletions", () => {
    const channel = (id: string) => ({ kind: "channel", id }) as const;
    const user = (id: string) => ({ kind: "user", id }) as const;
    assert.deepEqual(lines(planTags(channel("#a"), { "+typing": "done" }, network)), ["TAGMSG #a"]);
    assert.deepEqual(lines(planTags(user("joe"), {}, network)), ["TAGMSG joe"]);
    assert.match(refusal(planTags(channel("#a,#b"), {}, network)), /is not a channel/);
    assert.match(refusal(planTags(user("joe x"), {}, network)), /is not a nick/);
    assert.deepEqual(lines(planRedact(channel("#a"), "m1", "", network)), ["REDACT #a m1"]);
    assert.deepEqual(lines(planRedact(user("joe"), "m1", "a\r\nb", network)), [
      "REDACT joe m1 :a b",
    ]);
    // Whoever may write to channels alone reaches nobody else.
    assert.match(refusal(planTags(channel("joe"), {}, network)), /is not a channel/);
    assert.match(refusal(planRedact(channel("joe"), "m1", "", network)), /is not a channel/);
    assert.match(refusal(planTags(user("#a"), {}, network)), /is not a nick/);
    for (const id of ["", ":m1", "m 1", "m\0"]) {
      assert.match(
        refusal(planRedact(channel("#a"), id, "", network)),
        /not an id of a message on IRC/,
      );
    }
    assert.match(refusal(planRedact(channel("#a b"), "m1", "", network)), /is not a channel/);
  });
});

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\r", "\n", "\0", "\r\nQUIT :x\r\n", " ", ",", ":", "#", "\x01"),
    fc.string({ unit: "binary" }),
  ),
  maxLength: 300,
});

suite("sends", () => {
  test("a message, an action, several lines", () => {
    assert.deepEqual(lines(say("hi")), ["PRIVMSG #a :hi"]);
    assert.deepEqual(lines(say("waves", "#a", "action")), ["PRIVMSG #a :\x01ACTION waves\x01"]);
    assert.deepEqual(lines(say("a\n\nb")), ["PRIVMSG #a :a", "PRIVMSG #a :b"]);
  });

  test("blocks are rendered, and so are the codes of a text", () => {
    const content = { text: "x", block: text`${bold("b")} c`, tags };
    assert.deepEqual(lines(planChannelSend("#a", content, "message", network)), [
      "PRIVMSG #a :\x02b\x02 c",
    ]);
    assert.deepEqual(lines(say("\x02old\x0f style")), ["PRIVMSG #a :\x02old\x02 style"]);
  });

  test("a private message", () => {
    const plan = planPrivateSend("joe", { text: "hi", tags }, "message", network);
    assert.deepEqual(lines(plan), ["PRIVMSG joe :hi"]);
  });

  test("a text cannot be a CTCP query", () => {
    assert.deepEqual(lines(say("\x01VERSION\x01")), ["PRIVMSG #a :VERSION"]);
  });

  test("whatever the text, each line is one PRIVMSG to the target that is not cut on its way", () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom("message", "action"), (words, as) => {
        const plan = say(words, "#a", as as "message");
        if ("refused" in plan) return assert.equal(plan.refused, "the message is empty");
        for (const line of plan.lines) {
          assert.equal(lineProblem(line), undefined);
          assert.ok(line.startsWith("PRIVMSG #a :"));
          assert.ok(network.prefixBytes() + byteLength(line) <= 510);
        }
        return undefined;
      }),
    );
  });

  test("with the tag a message is a NOTICE; an action stays one", () => {
    const notice = (value: string, as: "message" | "action" = "message") =>
      lines(planChannelSend("#a", { text: "hi", tags: { [NOTICE_TAG]: value } }, as, network));
    assert.deepEqual(notice("1"), ["NOTICE #a :hi"]);
    assert.deepEqual(notice("0"), ["PRIVMSG #a :hi"]);
    assert.deepEqual(notice("1", "action"), ["PRIVMSG #a :\x01ACTION hi\x01"]);
    const content = { text: "hi", tags: { [NOTICE_TAG]: "1" } };
    assert.deepEqual(lines(planPrivateSend("joe", content, "message", network)), [
      "NOTICE joe :hi",
    ]);
  });

  test("to a channel's operators, where the network has STATUSMSG", () => {
    assert.match(refusal(say("hi", "@#a")), /is not a channel's name$/);
    const ranks = new IrcState("bird");
    ranks.rules = { ...ranks.rules, statusPrefixes: "@+" };
    const plan = planChannelSend("@#a", { text: "hi", tags }, "message", ranks);
    assert.deepEqual(lines(plan), ["PRIVMSG @#a :hi"]);
  });

  test("as long as the network allows behind the bot's mask, whose maximum is assumed until it is known", () => {
    const state = new IrcState("bird");
    const longest = () => {
      const plan = planChannelSend("#a", { text: "x".repeat(2_000), tags }, "message", state);
      return byteLength(lines(plan)[0] ?? "");
    };
    assert.equal(longest(), 510 - byteLength(":bird!@ ") - 11 - 64);
    state.receive(parseMessage(":bird!~b@example.org JOIN #a"));
    assert.equal(longest(), 510 - byteLength(":bird!~b@example.org "));
    state.receive(parseMessage(":srv 396 bird cloaked.example.org :is now your displayed host"));
    assert.equal(longest(), 510 - byteLength(":bird!~b@cloaked.example.org "));
    state.receive(parseMessage(":bird!~b@cloaked.example.org CHGHOST bot bots.example.org"));
    assert.equal(longest(), 510 - byteLength(":bird!bot@bots.example.org "));
    state.receive(parseMessage(":bird!bot@bots.example.org NICK eagle"));
    assert.equal(longest(), 510 - byteLength(":eagle!bot@bots.example.org "));
    state.rules = { ...state.rules, maxLineBytes: 1_022 };
    assert.equal(longest(), 1_022 - byteLength(":eagle!bot@bots.example.org "));
    state.rules = { ...state.rules, maxLineBytes: 90 };
    const plan = planChannelSend("#a", { text: "x", tags }, "message", state);
    assert.match(refusal(plan), /no room for words/);
  });

  test("what cannot be sent in time is refused by an estimate that is never too high", () => {
    const asked: number[] = [];
    const refusalOf = (lineCount: number) => {
      asked.push(lineCount);
      return "too long";
    };
    const words = Array.from({ length: 400 }, (_, at) => (at % 2 ? bold("word ") : "word "));
    const block = container(words);
    const given = { text: block.plain, block, tags: {} };
    const late = planChannelSend("#a", { ...given, refusalOf }, "message", network);
    assert.deepEqual(late, { refused: "too long" });
    const whole = planChannelSend("#a", given, "message", network);
    assert.ok("lines" in whole && (asked[0] ?? 0) > 1 && (asked[0] ?? 0) <= whole.lines.length);
    const blanks = { text: " \x0304".repeat(9_000), tags: {}, refusalOf };
    const empty = planChannelSend("#a", blanks, "message", network);
    assert.deepEqual(empty, { refused: "the message is empty" });
  });

  test("no text, or far too much", () => {
    assert.equal(refusal(say(" \n ")), "the message is empty");
    assert.match(refusal(say("x".repeat(70_000))), /70000 bytes/);
  });

  test("invalid targets", () => {
    for (const target of ["", "joe", "#a,#b", "#a b", "#a\r\nQUIT", "$*", `#${"x".repeat(300)}`]) {
      assert.match(refusal(say("hi", target)), /is not a channel's name$/, target);
    }
    for (const userId of ["", "#a", "@#a", "a b", "a,b", "$*", "*!*@*", "a@b", ":a", "a\r\nQUIT"]) {
      const plan = planPrivateSend(userId, { text: "hi", tags }, "message", network);
      assert.match(refusal(plan), /is not a nick$/, userId);
    }
  });
});

suite("channels", () => {
  test("join, with and without a key", () => {
    assert.deepEqual(lines(planJoin("#a", network)), ["JOIN #a"]);
    assert.deepEqual(lines(planJoin("#a key", network)), ["JOIN #a key"]);
    for (const channelName of ["0", "#a,#b", "#a k l", "", "#a  ", "#a :k", "#a k,l", "#a\nQUIT"]) {
      refusal(planJoin(channelName, network));
    }
  });

  test("leave, with and without a message", () => {
    const leave = (exitMessage: string) => planLeave("#a", exitMessage, network);
    assert.deepEqual(lines(leave("")), ["PART #a"]);
    assert.deepEqual(lines(leave("so\r\nlong")), ["PART #a :so long"]);
    assert.match(refusal(leave("x".repeat(600))), /^not a line of IRC: it is 609 bytes/);
  });

  test("topic, also empty, on one line, as long as the network allows", () => {
    const topic = (words: string, of = network) => planTopic("#a", words, of);
    assert.deepEqual(lines(topic("")), ["TOPIC #a :"]);
    assert.deepEqual(lines(topic("a\nQUIT")), ["TOPIC #a :a QUIT"]);
    const strict = new IrcState("bird");
    strict.rules = { ...strict.rules, maxTopicBytes: 10 };
    assert.match(refusal(topic("ééééééé", strict)), /14 bytes; this network allows 10$/);
    assert.match(refusal(topic("x".repeat(500))), /^the topic is 500 bytes/);
    // What is kept of a topic has to be all of it, or it never is what was asked.
    const wide = new IrcState("bird");
    wide.rules = { ...wide.rules, maxLineBytes: 8_192 };
    assert.match(refusal(topic("x".repeat(2_049), wide)), /2049 bytes; this network allows 2048$/);
  });

  test("topics and PART messages keep their formatting, without colours", () => {
    const topic = planTopic("#a", "\x0304,01red \x02loud\x02\x01\0", network);
    assert.deepEqual(lines(topic), ["TOPIC #a :red \x02loud"]);
    const leave = planLeave("#a", "\x0304\x16bye", network);
    assert.deepEqual(lines(leave), ["PART #a :bye"]);
  });

  test("no text of a request becomes a second line or another command", () => {
    fc.assert(
      fc.property(hostile, (words) => {
        const plans = [
          planJoin(words, network),
          planJoin(`#a ${words}`, network),
          planLeave("#a", words, network),
          planLeave(`#${words}`, "", network),
          planTopic("#a", words, network),
        ];
        for (const plan of plans) {
          if ("refused" in plan) continue;
          for (const line of plan.lines) {
            assert.doesNotMatch(line, /[\r\n]|\0/);
            assert.match(line, /^(JOIN|PART|TOPIC) #/);
          }
        }
      }),
    );
  });
});
