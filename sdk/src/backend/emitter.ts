/** What a network told, checked, recognised, and handed to the client. */
import { type Block, plainText } from "@seabird-chat/protocol";
import type { Log } from "../program/log.ts";
import type { BackendClient } from "./backend-client.ts";
import type { BackendUser } from "./chat-events.ts";
import type { Emit, IncomingChannelMessage, IncomingCommand, IncomingMessage } from "./host.ts";
import { type Recognised, recognise, type Self } from "./recognise.ts";
import { stripPrefix } from "./strip-prefix.ts";

export interface EmitterOptions {
  readonly client: BackendClient;
  readonly log: Log;
  readonly prefix: () => string;
  readonly self: () => Self | undefined;
  /** True once the connection is over: whatever a forgotten listener tells then is ignored. */
  readonly isOver: () => boolean;
}

export function createEmit(options: EmitterOptions): Emit {
  const { client } = options;
  const checked =
    <Told, Result>(tell: (told: Told) => Result) =>
    (told: Told): Result | undefined => {
      if (options.isOver()) return undefined;
      try {
        return tell(told);
      } catch (reason) {
        options.log.warn({ error: reason }, "what was heard cannot be told, and is dropped");
        return undefined;
      }
    };
  const inChannel = (kind: "message" | "mention" | "action") =>
    checked((heard: IncomingChannelMessage) => client[kind](channelSaid(heard)));
  const inPrivate = (kind: "privateMessage" | "privateAction") =>
    checked((heard: IncomingMessage) => client[kind](said(heard)));
  return {
    message: checked((heard) => tellMessage(heard, options)),
    plainMessage: inChannel("message"),
    mention: inChannel("mention"),
    action: inChannel("action"),
    privateMessage: inPrivate("privateMessage"),
    privateAction: inPrivate("privateAction"),
    command: checked((heard) => tellCommand(heard, client)),
    get waiting() {
      return client.queuedEvents;
    },
    flushed: () => client.flushed(),
  };
}

function tellMessage(
  heard: IncomingChannelMessage,
  { client, prefix, self }: EmitterOptions,
): Recognised["kind"] {
  const told = channelSaid(heard);
  const { content } = told;
  const plain = typeof content === "string" ? content : plainText(content);
  const recognised = recognise(plain, { prefix: prefix(), self: self() });
  switch (recognised.kind) {
    case "message":
      client.message(told);
      break;
    case "command":
      client.command({ ...told, command: recognised.command, arg: recognised.arg });
      break;
    case "mention":
      client.mention({ ...told, content: addressed(content, recognised.skip) });
      break;
  }
  return recognised.kind;
}

/** What is said to the bot, behind its name. */
function addressed(content: string | Block, skip: number): string | Block {
  if (typeof content === "string") return content.slice(skip).trim();
  return stripPrefix(content, skip);
}

function tellCommand(heard: IncomingCommand, client: BackendClient): void {
  const { channel, command, arg } = heard;
  client.command({
    channelId: id(channel, "channel"),
    user: user(heard.user),
    command: id(command, "command"),
    arg: String(arg),
    tags: tags(heard.tags),
  });
}

function channelSaid(heard: IncomingChannelMessage) {
  return { channelId: id(heard.channel, "channel"), ...said(heard) };
}

function said(heard: IncomingMessage) {
  return { user: user(heard.user), content: content(heard), tags: tags(heard.tags) };
}

function content({ text, block }: IncomingMessage): string | Block {
  if (block !== undefined && block !== null) return block;
  if (typeof text !== "string") throw new TypeError(`text is ${typeof text}`);
  return text.toWellFormed();
}

function user(given: string | BackendUser): BackendUser {
  if (typeof given === "string") return { id: id(given, "user") };
  const { displayName } = given;
  return { id: id(given.id, "user.id"), displayName: displayName?.toWellFormed() };
}

function id(given: unknown, name: string): string {
  if (typeof given === "string" && given !== "") return given.toWellFormed();
  throw new TypeError(`${name} is ${given === "" ? "empty" : typeof given}`);
}

function tags(given: IncomingMessage["tags"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).filter(([, value]) => typeof value === "string"),
  );
}
