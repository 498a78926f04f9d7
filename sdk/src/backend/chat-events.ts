/** What a backend tells, as ChatEvents. Pure. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import { type Content, contentToWire } from "../link/content.ts";
import type { TrackedChannel } from "./channels.ts";

/** A person as the backend's network names them. */
export interface BackendUser {
  readonly id: string;
  /** Default: the id. */
  readonly displayName?: string | undefined;
}

interface EventSettings {
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Something said in a channel. Ids are relative: the network's own. */
export interface ChannelSaid extends EventSettings {
  readonly channelId: string;
  readonly user: BackendUser;
  readonly content: Content;
}

export interface PrivatelySaid extends EventSettings {
  readonly user: BackendUser;
  readonly content: Content;
}

export interface CommandGiven extends EventSettings {
  readonly channelId: string;
  readonly user: BackendUser;
  /** Without prefix. */
  readonly command: string;
  readonly arg: string;
}

export type ChatEventBody = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;

export function channelSaid(
  kind: "message" | "mention" | "action",
  { channelId, user, content, tags }: ChannelSaid,
): ChatEvent {
  const value = { source: source(channelId, user), ...contentToWire(content) };
  return create(ChatEventSchema, { inner: { case: kind, value }, tags: { ...tags } });
}

export function privatelySaid(
  kind: "privateMessage" | "privateAction",
  { user, content, tags }: PrivatelySaid,
): ChatEvent {
  const value = { source: toUser(user), ...contentToWire(content) };
  return create(ChatEventSchema, { inner: { case: kind, value }, tags: { ...tags } });
}

export function commandGiven({ channelId, user, command, arg, tags }: CommandGiven): ChatEvent {
  const value = { source: source(channelId, user), command, arg };
  return create(ChatEventSchema, { inner: { case: "command", value }, tags: { ...tags } });
}

/** The body of JoinChannel and ChangeChannel. */
export function channelBody({ id, displayName, topic }: TrackedChannel) {
  return { channelId: id, displayName, topic };
}

function source(channelId: string, user: BackendUser) {
  return { channelId, user: toUser(user) };
}

function toUser({ id, displayName = id }: BackendUser) {
  return { id, displayName };
}
