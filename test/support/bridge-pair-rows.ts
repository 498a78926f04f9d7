/** What people do on one side of the bridge, and what the client of each other side shows of it. */
import {
  answer,
  copied,
  formatted,
  hasIds,
  isIrc,
  type Step,
  said,
  shownOf,
  textOn,
} from "./bridge-pair-steps.ts";
import type { BridgeSides, Side } from "./bridge-sides.ts";
import type { FourWords } from "./channel-person.ts";

export interface PairRow {
  readonly what: string;
  /** Settings of the bridge besides its links; default: none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Undefined: that side does not have it. */
  steps(here: Side, stage: BridgeSides): readonly Step[] | undefined;
}

export const PAIR_ROWS: readonly PairRow[] = [
  {
    what: "a message",
    steps: (here) => [said(here, `hello from ${here.name}`)],
  },
  {
    what: "formatting",
    steps(here) {
      const words: FourWords = [`bold ${here.name}`, "slanted", "struck", "code"];
      const format = here.person.format?.bind(here.person);
      return (
        format && [
          {
            act: () => format(words),
            arrives: (there) => copied(here, there, formatted(there, words)),
          },
        ]
      );
    },
  },
  {
    what: "an action",
    steps(here) {
      const text = `waves from ${here.name}`;
      const arrives = (there: Side) => {
        if (there === here) return [];
        const { prefix, named } = shownOf(here, there);
        if (there.name === "terminal") return [`${named}acts: ${text}`];
        if (there.name === "matrix") return [`acts: ${prefix}${text}`];
        return [`says: * a·nn (${here.name}) ${text}`];
      };
      return [{ act: () => here.person.act(text), arrives }];
    },
  },
  {
    what: "replies to what was said on each side",
    steps(here, stage) {
      return here.person.reply && stage.sides.flatMap((other) => answered(here, other, stage));
    },
  },
  {
    what: "an edit, and one that changes blanks only",
    steps(here, stage) {
      const { person, name } = here;
      const [before, after, wider] = [`helo of ${name}`, `hello of ${name}`, `hello  of ${name}`];
      const edited = (text: string, isNews: boolean): Step => ({
        act: async () => person.edit?.(await stage.idOn(here, before), text),
        arrives(there) {
          if (there === here) return [];
          const { prefix, named } = shownOf(here, there);
          if (isIrc(there)) return isNews ? [`says: ${prefix}* ${text}`] : [];
          return [`${named}edits “${textOn(here, there, before)}”: ${prefix}${text}`];
        },
      });
      return person.edit && [said(here, before), edited(after, true), edited(wider, false)];
    },
  },
  {
    what: "a deletion",
    steps(here, stage) {
      const { person, name } = here;
      const text = `slip of ${name}`;
      const deleted: Step = {
        act: async () => person.remove?.(await stage.idOn(here, text)),
        arrives: (there) =>
          there === here || isIrc(there) ? [] : [`deletes “${textOn(here, there, text)}”`],
      };
      return person.remove && [said(here, text), deleted];
    },
  },
  {
    what: "reactions to what was said on each side, added and removed",
    steps(here, stage) {
      const react = here.person.react?.bind(here.person);
      if (react === undefined) return undefined;
      return stage.sides.flatMap((other) => {
        const text = `cake of ${other.name} for ${here.name}?`;
        // Where messages have no ids nobody can name one.
        if (!hasIds(other) && other === here) return [];
        const change = (removed: boolean): Step => ({
          act: async () => react(await stage.idOn(here, text), "🍰", removed),
          arrives(there) {
            if (there === here || !hasIds(there)) return [];
            const about = `“${textOn(other, there, text)}”`;
            return [removed ? `takes back of ${about}: 🍰` : `reacts to ${about}: 🍰`];
          },
        });
        return [said(other, text), change(false), change(true)];
      });
    },
  },
  {
    what: "threads at what was said on each side, which elsewhere are in the channel",
    steps(here, stage) {
      const { sayInThread } = here.person;
      return (
        sayInThread &&
        stage.sides.flatMap((other) => {
          const root = `root of ${other.name} for ${here.name}`;
          const leaf = `leaf at ${other.name}`;
          const act = async () => sayInThread(await stage.idOn(here, root), leaf);
          return [said(other, root), { act, arrives: (there) => copied(here, there, leaf) }];
        })
      );
    },
  },
  {
    what: "an answer to what was said in a thread is in that thread",
    steps(here, stage) {
      const { person, name } = here;
      const matrix = stage.side("matrix");
      if (here === matrix || person.reply === undefined) return undefined;
      const [root, leaf, text] = [`trunk for ${name}`, `twig for ${name}`, `twigs, says ${name}`];
      const leafSaid: Step = {
        act: async () => matrix.person.sayInThread?.(await stage.idOn(matrix, root), leaf),
        arrives: (there) => copied(matrix, there, leaf),
      };
      const reply = answer(here, matrix, { stage, asked: leaf, text });
      const arrives = (there: Side) =>
        reply
          .arrives(there)
          .map((line) => (there === matrix ? `in the thread of “${root}” ${line}` : line));
      return [said(matrix, root), leafSaid, { ...reply, arrives }];
    },
  },
  {
    what: "a mention, which notifies nobody",
    steps(here) {
      const { person, name } = here;
      const text = `look from ${name}`;
      const words = { inspircd: "ann", ngircd: "ann", matrix: "a·nn", xmpp: "a·nn" };
      const mentioned = { terminal: "@a·nn", ...words }[name];
      return [
        {
          act: () => person.mentionAnn(text),
          arrives: (there) => copied(here, there, `${mentioned}: ${text}`),
        },
      ];
    },
  },
  {
    what: "typing",
    steps(here, stage) {
      const { person } = here;
      const others = stage.sides.filter((side) => side !== here && side.person.type);
      return (
        person.type && [
          {
            // It is shown at most every few seconds.
            act: () => stage.repeatUntilShown(() => person.type?.(), others, "types"),
            arrives: (there) => (others.includes(there) ? ["types"] : []),
          },
        ]
      );
    },
  },
  {
    what: "private messages, and answers to them, which stay private",
    steps: ({ name, person }) => [
      { act: () => person.whisper(`secret from ${name}`), arrives: () => [] },
      { act: () => person.whisper("!ping"), arrives: () => [] },
    ],
  },
  {
    what: "a topic, which nobody asked for",
    steps: ({ name, person }) => [
      { act: () => person.setTopic(`silent ${name}`), arrives: () => [] },
    ],
  },
  {
    what: "a topic, with `topics: true`",
    settings: { topics: true },
    steps(here) {
      const topic = `tea at ${here.name}`;
      return [
        {
          act: () => here.person.setTopic(topic),
          arrives: (there) => (there === here ? [] : [`sets the topic: ${topic}`]),
        },
      ];
    },
  },
  {
    what: "a reaction where there are none, with `reactions: line`",
    settings: { reactions: "line" },
    steps(here, stage) {
      const react = here.person.react?.bind(here.person);
      const text = `jam of ${here.name}?`;
      const reacted: Step = {
        act: async () => react?.(await stage.idOn(here, text), "🍯", false),
        arrives(there) {
          if (there === here) return [];
          if (!hasIds(there)) return [`says: * a·nn (${here.name}): 🍯`];
          return [`reacts to “${textOn(here, there, text)}”: 🍯`];
        },
      };
      return react && [said(here, text), reacted];
    },
  },
  {
    what: "who comes, on all sides at once, with `joins: true`",
    settings: { joins: true },
    steps(here, { sides }) {
      const [first] = sides;
      if (here !== first) return undefined;
      const line = "says: * b·ob joined";
      return [
        {
          act: () => Promise.all(sides.map(({ person }) => person.bringBob())),
          arrives: (there) => sides.filter((side) => side !== there).map(() => line),
        },
      ];
    },
  },
];

/** Somebody asks on a side, and is answered here. */
function answered(here: Side, other: Side, stage: BridgeSides): readonly Step[] {
  const asked = `tea of ${other.name} for ${here.name}?`;
  const text = `yes from ${here.name} to ${other.name}`;
  return [said(other, asked), answer(here, other, { stage, asked, text })];
}
