/** The manual's table of every network's limits, what the backend does at each, and where the limit is from. */
import { DEFAULT_LIMITS } from "../../backends/irc/src/limits.ts";
import { MAX_TEXT_BYTES } from "../../backends/xmpp/src/network-capabilities.ts";

interface NetworkLimit {
  readonly network: "IRC" | "Matrix" | "XMPP";
  readonly what: string;
  readonly value: string;
  /** What the backend does there. */
  readonly atLimit: string;
  /** A link in Markdown. */
  readonly source: string;
}

const MATRIX_SPEC = "https://spec.matrix.org/v1.13/client-server-api";
const SYNAPSE =
  "https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html";
const PROSODY = "https://prosody.im/doc";

const bytes = (count: number): string => `${count.toLocaleString("en")} bytes`;

const LIMITS: readonly NetworkLimit[] = [
  {
    network: "IRC",
    what: "a line, with what the server puts in front",
    value: "512 bytes, or what the server says (`LINELEN`)",
    atLimit: "a longer text is split at spaces, never inside a character; each line has an id",
    source: "[RFC 1459 2.3](https://www.rfc-editor.org/rfc/rfc1459#section-2.3)",
  },
  {
    network: "IRC",
    what: "the tags of a line",
    value: "4,096 bytes from a client",
    atLimit: "tags are short: ids, emoji and names",
    source: "[message-tags](https://ircv3.net/specs/extensions/message-tags#size-limit)",
  },
  {
    network: "IRC",
    what: "lines a second",
    value: `the server's; the backend sends ${DEFAULT_LIMITS.burstLines} at once, then one in ${DEFAULT_LIMITS.lineIntervalMs} ms (settings)`,
    atLimit: "lines wait in turn over conversations; what cannot be sent in time is refused",
    source: "[RFC 1459 8.10](https://www.rfc-editor.org/rfc/rfc1459#section-8.10)",
  },
  {
    network: "IRC",
    what: "the length of nicks, topics and channels' names",
    value: "`NICKLEN`, `TOPICLEN`, `CHANNELLEN` of the server",
    atLimit: "the server cuts or refuses; its words reach the plugin",
    source: "[RPL_ISUPPORT](https://modern.ircdocs.horse/#rplisupport-parameters)",
  },
  {
    network: "Matrix",
    what: "an event, with all of its fields",
    value: bytes(65_536),
    atLimit: "a longer message is refused in words, or split",
    source: `[size limits](${MATRIX_SPEC}/#size-limits)`,
  },
  {
    network: "Matrix",
    what: "messages a second",
    value: "the server's; Synapse: ten at once, then one in five seconds",
    atLimit: "waits as long as the server says (`retry_after_ms`), within the request's time",
    source: `[rate limiting](${MATRIX_SPEC}/#rate-limiting), [\`rc_message\`](${SYNAPSE}#rc_message)`,
  },
  {
    network: "Matrix",
    what: "logins",
    value: "the server's; Synapse: five at once, then one in five minutes",
    atLimit: "one login is kept between starts",
    source: `[\`rc_login\`](${SYNAPSE}#rc_login)`,
  },
  {
    network: "Matrix",
    what: "a file",
    value: "the server's (`m.upload.size`); Synapse: 50 MiB",
    atLimit: "a larger one is sent as its link, if it has one; the result says `attachment`",
    source: `[config](${MATRIX_SPEC}/#get_matrixclientv1mediaconfig), [\`max_upload_size\`](${SYNAPSE}#max_upload_size)`,
  },
  {
    network: "XMPP",
    what: "a stanza",
    value: "the server's, 10,000 bytes or more; prosody: 256 KiB",
    atLimit: `a text of more than ${bytes(MAX_TEXT_BYTES)} is refused, since servers end the session`,
    source: `[RFC 6120 13.12](https://www.rfc-editor.org/rfc/rfc6120#section-13.12), [\`mod_limits\`](${PROSODY}/modules/mod_limits)`,
  },
  {
    network: "XMPP",
    what: "bytes a second",
    value: "the server's; prosody: 10 KB, and bursts of two seconds",
    atLimit: "the server reads more slowly, so that sends are confirmed later",
    source: `[\`mod_limits\`](${PROSODY}/modules/mod_limits)`,
  },
  {
    network: "XMPP",
    what: "a file",
    value: "the server's (`max-file-size`); prosody: 10 MiB",
    atLimit: "a larger one is sent as its link, if it has one; the result says `attachment`",
    source: `[XEP-0363](https://xmpp.org/extensions/xep-0363.html#disco), [\`mod_http_file_share\`](${PROSODY}/modules/mod_http_file_share)`,
  },
  {
    network: "XMPP",
    what: "an edit",
    value: "of one's last message in a conversation",
    atLimit: "an edit of an earlier one is sent all the same; some clients do not show it",
    source: "[XEP-0308](https://xmpp.org/extensions/xep-0308.html#rules)",
  },
];

export function networkLimitTable(): string {
  const rows = LIMITS.map(({ network, what, value, atLimit, source }) => [
    ...[network, what, value, atLimit, source],
  ]);
  const head = ["network", "what", "limit", "there", "source"];
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
