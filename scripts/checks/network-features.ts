/** The manual's table of what each network can do with messages, from what the backends declare. */
import { capabilitiesOf } from "../../backends/irc/src/network-capabilities.ts";
import { CAPABILITIES } from "../../backends/terminal/src/capabilities.ts";
import {
  type BackendCapabilities,
  FEATURES,
  type Feature,
  type Support,
} from "../../sdk/src/backend/capabilities.ts";

const MEANING: Readonly<Record<Feature, string>> = {
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

const NETWORKS: Readonly<Record<string, BackendCapabilities>> = {
  terminal: CAPABILITIES,
  "IRC with tags and REDACT": irc([...TAGS, "draft/message-redaction"], "some"),
  "IRC with tags (inspircd)": INSPIRCD,
  "IRC without tags (ngircd)": NGIRCD,
};

const WORDS: Readonly<Record<Support, string>> = { full: "yes", partial: "in part", none: "–" };

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
