/**
 * The manual's tables of what a network's backend can do beside other programs for it. Ours comes from
 * what the backends declare; theirs was read in their sources, which docs/networks.md links.
 */
import {
  type BackendCapabilities,
  FEATURES,
  type Feature,
  type Support,
} from "../../sdk/src/backend/capabilities.ts";
import { IRC, MATRIX, MEANING, WORDS, XMPP } from "./network-features.ts";

/** Full or partial; a text says in which way partly. */
type Theirs = Exclude<Support, "none"> | string;

interface OtherProgram {
  readonly name: string;
  /** What is missing it cannot do. */
  readonly features: Readonly<Partial<Record<Feature, Theirs>>>;
}

interface Comparison {
  readonly ours: BackendCapabilities;
  readonly others: readonly OtherProgram[];
  /** What no capability names: ours, then that of each other program. */
  readonly besides: readonly (readonly [
    what: string,
    ours: string,
    ...theirs: readonly string[],
  ])[];
}

const IRC_COMPARED: Comparison = {
  ours: IRC,
  others: [
    { name: "seabird-irc-backend", features: {} },
    {
      name: "Matterbridge",
      features: {
        persona: "in part: RELAYMSG, if set",
        attachment: "in part: as a url of its media server",
        members: "in part: the answer to `!users`",
        member: "in part: as a line of text",
      },
    },
  ],
  besides: [
    ["formatting", "both ways", "none", "Markdown is taken out, if set"],
    [
      "long messages",
      "split at spaces by the line's bytes",
      "only at line breaks",
      "split by letters, or cut",
    ],
    [
      "a send is confirmed",
      "by echo, label or refusal",
      "by a PING after it, whatever the server said",
      "no",
    ],
    ["private messages", "yes", "yes", "no"],
    [
      "login",
      "SASL PLAIN and EXTERNAL, NickServ",
      "NickServ",
      "SASL PLAIN, a certificate, NickServ",
    ],
    [
      "the server's connection is lost",
      "reconnects with growing pauses",
      "the process ends",
      "reconnects after 30 s",
    ],
    ["channels are compared as the server does", "yes", "no", "in lower case"],
    [
      "more than the queue takes",
      "refused, and the plugin learns it",
      "waits; core gives up",
      "dropped",
    ],
  ],
};

const MATRIX_COMPARED: Comparison = {
  ours: MATRIX,
  others: [
    {
      name: "Matterbridge",
      features: {
        messageIds: "full",
        edit: "full",
        messageEdited: "full",
        delete: "full",
        messageDeleted: "full",
        reply: "partial",
        attachment: "full",
        fetchAttachment: "in part: without a login, which servers refuse since Matrix 1.11",
        typing: "in part: if set",
        typingEvents: "in part: not who",
        persona: "in part: as an application service, or the name in front",
      },
    },
  ],
  besides: [
    ["formatting", "both ways, by a list of allowed tags", "Markdown out, plain text in"],
    ["mentions notify", "only mention blocks (`m.mentions`)", "by what clients find in the text"],
    ["private conversations", "yes, several for a person", "no"],
    ["channels", "aliases, and rooms without one", "aliases"],
    ["invitations", "by a list of who may", "no"],
    ["where it stopped is kept", "yes, in a file", "no: read receipts stand for it"],
    ["a gap after an outage", "is reported as a lost network", "is not noticed"],
    ["room upgrades", "followed", "no"],
    [
      "a rate limit of the server",
      "waits as long as it says",
      "waits as long as it says, all rooms together",
    ],
    ["encrypted rooms", "no, and says so", "no"],
  ],
};

const XMPP_COMPARED: Comparison = {
  ours: XMPP,
  others: [
    {
      name: "Matterbridge",
      features: {
        messageIds: "in part: the sender's",
        edit: "full",
        messageEdited: "in part: from whoever sends the id",
        attachment: "in part: as a url of its media server (XEP-0066)",
        userChanged: "in part: pictures",
      },
    },
  ],
  besides: [
    ["formatting", "both ways (XEP-0393)", "none"],
    ["a send is confirmed", "by the room's copy, or its refusal", "no"],
    ["private conversations", "yes, and messages in private in a room", "no"],
    ["rooms with a password", "yes", "yes"],
    ["a nick that is taken", "another, and back when it is free", "no"],
    [
      "what a room repeats of earlier",
      "told apart by the room's own mark",
      "left out if older than 5 minutes",
    ],
    ["a lost connection", "resumed (XEP-0198), with what was missed", "a new one"],
    ["a room that has forgotten the bot", "found by a self-ping (XEP-0410)", "no"],
    ["an edit is checked", "it has to come from the same occupant (XEP-0421)", "no"],
  ],
};

export const COMPARISONS = {
  irc: IRC_COMPARED,
  matrix: MATRIX_COMPARED,
  xmpp: XMPP_COMPARED,
} as const;

export function comparisonTable(name: keyof typeof COMPARISONS): string {
  const { ours, others, besides } = COMPARISONS[name];
  const features = Object.keys(FEATURES) as Feature[];
  const able = features.filter(
    (feature) =>
      (ours[feature] ?? "none") !== "none" || others.some((each) => feature in each.features),
  );
  const rows = [
    ["", "Seabird", ...others.map((other) => other.name)],
    ["---", "---", ...others.map(() => "---")],
    ...able.map((feature) => [
      MEANING[feature],
      WORDS[ours[feature] ?? "none"],
      ...others.map((other) => inWords(other.features[feature])),
    ]),
    ...besides,
  ];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function inWords(theirs: Theirs = "none"): string {
  return Object.hasOwn(WORDS, theirs) ? WORDS[theirs as Support] : theirs;
}
