/** What a backend has sent to core, as its author's test looks at it. */
import { parseId } from "@seabird-chat/protocol";
import type { PluginEvent, ReceivedAttachment } from "@seabird-chat/sdk";
import { showBlock } from "./show-block.ts";

/** Ids are the network's own. What a kind does not have is empty. */
export interface EmittedEvent {
  readonly kind: SaidKind;
  readonly channel: string;
  readonly user: {
    readonly id: string;
    readonly displayName: string;
    readonly avatarUrl: string;
    readonly isBot: boolean;
    readonly account: string;
  };
  /** Without formatting. */
  readonly text: string;
  /** With its formatting as signs: `**bold**`, `_italics_`. */
  readonly shown: string;
  /** Of a command, without prefix. */
  readonly command: string;
  readonly arg: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Files; their ids are absolute. */
  readonly attachments: readonly ReceivedAttachment[];
  /** The message's id. */
  readonly id: string;
  /** The id of the message that it answers. */
  readonly replyTo: string;
}

type SaidKind = "message" | "privateMessage" | "mention" | "command" | "action" | "privateAction";

const NO_COMMAND = { command: "", arg: "" };
const NO_CONTENT = { text: "", rootBlock: undefined };

/** Undefined for what nobody on the network has said, such as the messages of plugins. */
export function toEmittedEvent(event: PluginEvent): EmittedEvent | undefined {
  if (!isSaid(event)) return undefined;
  const { kind, tags, message } = event;
  const user = { ...event.user, id: relativeId(event.user.id) };
  const channel = "channelId" in event ? relativeId(event.channelId) : "";
  const { id, attachments, replyTo } = message;
  const base = { kind, channel, user, tags, attachments, id, replyTo: replyTo?.id ?? "" };
  const { command, arg } = "command" in event ? event : NO_COMMAND;
  const { text, rootBlock } = "text" in event ? event : NO_CONTENT;
  return { ...base, text, shown: showBlock(rootBlock) || text, command, arg };
}

const SAID: ReadonlySet<string> = new Set<SaidKind>([
  ...["message", "privateMessage", "mention"],
  ...["command", "action", "privateAction"],
] as SaidKind[]);

function isSaid(event: PluginEvent): event is Extract<PluginEvent, { kind: SaidKind }> {
  return SAID.has(event.kind);
}

/** What a backend reported besides what people say, and what core says about it. */
export type ReportKind =
  | "messageEdited"
  | "messageDeleted"
  | "reaction"
  | "typing"
  | "member"
  | "userChanged"
  | "backend";

export const REPORT_KINDS: readonly ReportKind[] = [
  "messageEdited",
  "messageDeleted",
  "reaction",
  "typing",
  "member",
  "userChanged",
  "backend",
];

/** Ids are absolute. */
export type ReportOf<Kind extends ReportKind> = Extract<PluginEvent, { readonly kind: Kind }>;

/** Undefined for what was said, and for what a plugin did. */
export function toReport(event: PluginEvent): ReportOf<ReportKind> | undefined {
  if (!(REPORT_KINDS as readonly string[]).includes(event.kind)) return undefined;
  const report = event as ReportOf<ReportKind>;
  return "sender" in report && report.sender !== "" ? undefined : report;
}

/** `#games` of `irc://libera/%23games`; what is no absolute id stays as it is. */
export function relativeId(id: string): string {
  return parseId(id)?.relative ?? id;
}
