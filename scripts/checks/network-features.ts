/** The manual's table of what each network can do with messages, from what the backends declare. */
import { capabilitiesOf } from "../../backends/irc/src/network-capabilities.ts";
import { CAPABILITIES as MATRIX_DECLARES } from "../../backends/matrix/src/capabilities.ts";
import { CAPABILITIES } from "../../backends/terminal/src/capabilities.ts";
import { CAPABILITIES as XMPP_DECLARES } from "../../backends/xmpp/src/network-capabilities.ts";
import {
  type BackendCapabilities,
  FEATURES,
  type Feature,
  type Support,
} from "../../sdk/src/backend/capabilities.ts";

export const MEANING: Readonly<Record<Feature, string>> = {
  edit: "edit messages",
  delete: "delete messages",
  react: "react to messages",
  reply: "answer a message",
  thread: "begin a thread",
  attachment: "send files",
  persona: "send under another name",
  typing: "show that the bot is typing",
  members: "list the people of a channel",
  mention: "notify people",
  emoji: "send emoji",
  fetchAttachment: "hands over files without a url",
  messageIds: "messages have ids",
  messageEdited: "reports edits",
  messageDeleted: "reports deletions",
  reaction: "reports reactions",
  member: "reports who comes and goes",
  userChanged: "reports new names and accounts",
  typingEvents: "reports who is typing",
};

const TAGS = ["message-tags", "echo-message"];

function irc(caps: readonly string[], ids: "some" | "none"): BackendCapabilities {
  return capabilitiesOf({ caps: new Set(caps), rules: { deniedTags: [] }, ids });
}

/** What real servers offer; `test/irc/features.test.ts` compares. */
export const INSPIRCD = irc(TAGS, "some");
export const NGIRCD = irc([], "none");

export const IRC = irc([...TAGS, "draft/message-redaction"], "some");

/** What a connection has a function for is full, unless it declares less. */
const FUNCTIONS = {
  edit: "full",
  delete: "full",
  react: "full",
  typing: "full",
  members: "full",
} as const;

export const MATRIX: BackendCapabilities = {
  ...FUNCTIONS,
  fetchAttachment: "full",
  ...MATRIX_DECLARES,
};
/** With a room that has ids (XEP-0359) and moderation (XEP-0425), and a server that takes files. */
export const XMPP: BackendCapabilities = { ...FUNCTIONS, ...XMPP_DECLARES };

const NETWORKS: Readonly<Record<string, BackendCapabilities>> = {
  terminal: CAPABILITIES,
  Matrix: MATRIX,
  XMPP,
  "IRC with tags and REDACT": IRC,
  "IRC with tags (inspircd)": INSPIRCD,
  "IRC without tags (ngircd)": NGIRCD,
};

export const WORDS: Readonly<Record<Support, string>> = {
  full: "yes",
  partial: "in part",
  none: "–",
};

export function networkFeatureTable(): string {
  const rows = (Object.keys(FEATURES) as Feature[]).map((feature) => {
    const cells = Object.values(NETWORKS).map((network) => WORDS[network[feature] ?? "none"]);
    return [`\`${FEATURES[feature]}\``, MEANING[feature], ...cells];
  });
  const head = ["feature", "", ...Object.keys(NETWORKS)];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
