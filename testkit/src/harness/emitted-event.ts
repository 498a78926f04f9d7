/** What a backend has sent to core, as its author's test looks at it. */
import { parseId } from "@seabird-chat/protocol";
import type { PluginEvent } from "@seabird-chat/sdk";
import { showBlock } from "./show-block.ts";

/** Ids are the network's own. What a kind does not have is empty. */
export interface EmittedEvent {
  readonly kind: Extract<PluginEvent, { readonly user: unknown }>["kind"];
  readonly channel: string;
  readonly user: { readonly id: string; readonly displayName: string };
  /** Without formatting. */
  readonly text: string;
  /** With its formatting as signs: `**bold**`, `_italics_`. */
  readonly shown: string;
  /** Of a command, without prefix. */
  readonly command: string;
  readonly arg: string;
  readonly tags: Readonly<Record<string, string>>;
}

const NO_COMMAND = { command: "", arg: "" };
const NO_CONTENT = { text: "", rootBlock: undefined };

/** Undefined for what did not come from a backend, such as the messages of plugins. */
export function toEmittedEvent(event: PluginEvent): EmittedEvent | undefined {
  if (!("user" in event)) return undefined;
  const { kind, tags } = event;
  const user = { ...event.user, id: relativeId(event.user.id) };
  const channel = "channelId" in event ? relativeId(event.channelId) : "";
  const base = { kind, channel, user, tags };
  const { command, arg } = "command" in event ? event : NO_COMMAND;
  const { text, rootBlock } = "text" in event ? event : NO_CONTENT;
  return { ...base, text, shown: showBlock(rootBlock) || text, command, arg };
}

/** `#games` of `irc://libera/%23games`; what is no absolute id stays as it is. */
export function relativeId(id: string): string {
  return parseId(id)?.relative ?? id;
}
