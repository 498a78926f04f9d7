/** What crosses a bridge and how it arrives: the manual's table, and what the tests compare runs with. */
import {
  attachment,
  type Block,
  bold,
  type Content,
  emoji,
  italics,
  mention,
  text,
} from "@seabird-chat/sdk";
import type { NetworkFeature, Testbed, TestChannel } from "@seabird-chat/testkit";

export interface CrossingWorld {
  readonly bed: Testbed;
  /** Where people act; it has everything. */
  readonly here: TestChannel;
  /** Where it arrives. */
  readonly there: TestChannel;
}

export interface CrossingRow {
  readonly what: string;
  /** What happens on one side; the messages of the other side that it begins with are taken. */
  act(world: CrossingWorld): Promise<unknown>;
  /** As it arrives where the network has everything; empty: nothing arrives. */
  readonly arrives: string;
  /** By the feature that the network lacks, the first of them counts. */
  readonly without?: Readonly<Partial<Record<NetworkFeature, string>>>;
  /** Of the link. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

const CAT = attachment({ url: "https://cats.example/cat.jpg", name: "cat.jpg" });

function says(content: Content | Block): CrossingRow["act"] {
  return ({ here }) => here.say("ann", content);
}

/** `[name]` is the name under which it appears, `<name>` one in front of the text. */
export const CROSSING_ROWS: readonly CrossingRow[] = [
  {
    what: "a message with formatting",
    act: says(text`so ${bold("what")}, ${italics("really")}`),
    arrives: "[ann (libera)] so **what**, _really_",
    without: { persona: "<ann (libera)> so **what**, _really_" },
  },
  {
    what: "an action",
    act: ({ here }) => here.act("ann", "waves"),
    arrives: "[ann (libera)] action: waves",
    without: { persona: "* ann (libera) waves" },
  },
  {
    what: "a command",
    act: says("!roll 2d6"),
    arrives: "[ann (libera)] !roll 2d6",
    without: { persona: "<ann (libera)> !roll 2d6" },
  },
  {
    what: "a reply",
    async act({ here, there }) {
      const said = await here.say("bob", "tea?");
      await there.expect(/tea\?$/);
      await here.say("ann", "yes", { replyTo: said });
    },
    arrives: "reply to “tea?”: [ann (libera)] yes",
    without: {
      message_ids: "> bob: tea?\n[ann (libera)] yes",
      reply: "> bob: tea?\n[ann (libera)] yes",
    },
  },
  {
    what: "an edit",
    async act({ here, there }) {
      const said = await here.say("ann", "helo");
      await there.expect(/helo$/);
      await said.edit("hello");
    },
    arrives: "edit: hello",
    without: {
      message_ids: "<ann (libera)> * hello",
      edit: "<ann (libera)> * hello",
      persona: "edit: <ann (libera)> hello",
    },
  },
  {
    what: "a deletion",
    async act({ here, there }) {
      const said = await here.say("ann", "secret");
      await there.expect(/secret$/);
      await said.delete();
    },
    arrives: "deletion",
    without: { message_ids: "", delete: "" },
  },
  {
    what: "a reaction",
    async act({ here, there }) {
      const said = await here.say("ann", "tea?");
      await there.expect(/tea\?$/);
      await said.react("bob", "👍");
    },
    arrives: "reaction: 👍",
    without: { message_ids: "", react: "" },
  },
  {
    what: "a reaction, with `reactions: line`",
    settings: { reactions: "line" },
    async act({ here, there }) {
      const said = await here.say("ann", "tea?");
      await there.expect(/tea\?$/);
      await said.react("bob", "👍");
    },
    arrives: "reaction: 👍",
    without: { message_ids: "* bob (libera): 👍", react: "* bob (libera): 👍" },
  },
  {
    what: "a file",
    act: says(CAT),
    arrives: "[ann (libera)] [file cat.jpg: https://cats.example/cat.jpg]",
    without: {
      attachment: "[ann (libera)] cat.jpg: https://cats.example/cat.jpg",
      persona: "<ann (libera)> [file cat.jpg: https://cats.example/cat.jpg]",
    },
  },
  {
    what: "a mention of a person",
    act: says(text`hi ${mention({ userId: "bob" }, "@bob")}`),
    arrives: "[ann (libera)] hi @bob",
    without: { persona: "<ann (libera)> hi @bob" },
  },
  {
    what: "an emoji of the network's own",
    act: says(text`hi ${emoji(":parrot:", { id: "17" })}`),
    arrives: "[ann (libera)] hi :parrot:",
    without: { persona: "<ann (libera)> hi :parrot:" },
  },
  {
    what: "somebody types",
    act: ({ here }) => here.typing("ann"),
    arrives: "typing",
    without: { typing: "" },
  },
  {
    what: "somebody comes, with `joins: true`",
    settings: { joins: true },
    async act({ here, bed }) {
      await here.join("ann");
      await bed.clock.advance("5s");
    },
    arrives: "* ann joined",
  },
];
