/** Makes what a handler is given, out of an event, a turn, and what the plugin has. */
import { backendId, parseBackendId, parseId } from "@seabird-chat/protocol";
import { isAffirmative } from "../ask/affirmative.ts";
import { AskCancelled } from "../ask/ask-cancelled.ts";
import type { Asks } from "../ask/asks.ts";
import type { ActionOptions } from "../link/action-client.ts";
import { pause } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import { breath } from "./breath.ts";
import type { AskSettings, BackendRef, ChannelRef, Conversation, PluginHost } from "./context.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import { mentioning, replyTarget } from "./replies.ts";
import { Sends } from "./sends.ts";
import type { Turn } from "./turn.ts";

/** What all contexts of one run of a plugin share. */
export interface ContextSurroundings {
  /** `signal`: aborted when the plugin closes. */
  readonly host: PluginHost;
  readonly asks: Asks;
  readonly askTimeoutMs: number;
  /** Learns what tells an answer of this person from a command. Never throws. */
  learnCommands(userId: string): void;
  /** False when too many handlers wait already. */
  mayWait(): boolean;
}

export interface MadeContext {
  readonly context: object;
  /** The part that answers; undefined for what cannot be answered. */
  readonly conversation: Conversation | undefined;
  /** Resolves when nothing that was said with it is on its way. */
  settled(): Promise<void>;
}

/** The functions are bound: a handler may take them apart, `({ reply }) => reply("hi")`. */
export function makeContext(
  event: PluginEvent,
  turn: Turn,
  surroundings: ContextSurroundings,
): MadeContext {
  const { host } = surroundings;
  const sends = new Sends(turn.signal, host.log);
  const sleep = (ms: number) => turn.away(sleepFor(ms, turn.signal, surroundings));
  const handling = { ...event, ...host, signal: turn.signal, sleep };
  const settled = () => sends.settled();
  if (!isReplyable(event)) return { context: handling, conversation: undefined, settled };
  const conversation = { ...place(event), ...answers(event, turn, surroundings, sends) };
  return { context: { ...handling, ...conversation }, conversation, settled };
}

export function isReplyable(event: PluginEvent): event is ReplyableEvent {
  return "user" in event;
}

/** Where an event happened: what has an order, and where it is answered. */
export function laneOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("userId" in event) return event.userId;
  return "user" in event ? event.user.id : "";
}

/** The backend in which something of this absolute id is. */
export function backendOf(id: string): BackendRef {
  const parsed = parseId(id) ?? parseBackendId(id);
  return parsed === undefined ? { id: "", type: "" } : { id: backendId(parsed), type: parsed.type };
}

function place(event: ReplyableEvent): { backend: BackendRef; channel?: ChannelRef } {
  if (!("channelId" in event)) return { backend: backendOf(event.user.id) };
  const { channelId: id } = event;
  const name = parseId(id)?.relative ?? id;
  return { backend: backendOf(id), channel: { id, name } };
}

function answers(
  event: ReplyableEvent,
  turn: Turn,
  surroundings: ContextSurroundings,
  sends: Sends,
): Omit<Conversation, "backend"> {
  const { core } = surroundings.host;
  const reply = (content: Content, settings?: ActionOptions) =>
    sends.send(settings, async (more) => {
      const target = replyTarget(event);
      if (target.kind === "user") await core.sendPrivateMessage(target.userId, content, more);
      else await core.sendMessage(target.channelId, content, more);
    });
  const mentionReply = (content: Content, settings?: ActionOptions) =>
    reply(mentioning(event, content), settings);
  const ask = (question: Content, settings?: AskSettings) =>
    askFor(event, turn, surroundings, () => mentionReply(question, onlyTags(settings)), settings);
  return {
    reply,
    mentionReply,
    action: (content, settings) =>
      sends.send(settings, async (more) => {
        const target = replyTarget(event);
        if (target.kind === "user") await core.performPrivateAction(target.userId, content, more);
        else await core.performAction(target.channelId, content, more);
      }),
    privately: (content, settings) =>
      sends.send(settings, (more) => core.sendPrivateMessage(event.user.id, content, more)),
    ask,
    confirm: async (question, settings) => {
      try {
        return isAffirmative(await ask(question, settings));
      } catch (reason) {
        if (reason instanceof AskCancelled && reason.reason !== "closed") return false;
        throw reason;
      }
    },
  };
}

async function askFor(
  event: ReplyableEvent,
  turn: Turn,
  { asks, askTimeoutMs, host, learnCommands }: ContextSurroundings,
  say: () => Promise<void>,
  settings: AskSettings | undefined,
): Promise<string> {
  const timeoutMs = settings?.timeoutMs ?? askTimeoutMs;
  if (!(timeoutMs > 0 && Number.isFinite(timeoutMs))) {
    const allowed = "it must be above 0 and have an end";
    throw new SeabirdError("bad_option", `timeoutMs is ${timeoutMs}; ${allowed}`);
  }
  await breath(turn.signal, host.signal);
  const channelId = "channelId" in event ? event.channelId : "";
  const open = asks.open({ userId: event.user.id, channelId }, turn.signal);
  learnCommands(event.user.id);
  try {
    await say();
  } catch (reason) {
    open.cancel("timeout");
    throw reason;
  }
  open.expireIn(timeoutMs);
  // Before the event that settled it is queued: a cancelled handler ends before the next begins.
  open.onSettled(() => turn.comeBack());
  return turn.away(open.answer);
}

async function sleepFor(
  ms: number,
  signal: AbortSignal,
  { host, mayWait }: ContextSurroundings,
): Promise<void> {
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw new SeabirdError("bad_option", `sleep takes milliseconds; got ${ms}`);
  }
  if (!mayWait()) {
    throw new SeabirdError("resource_exhausted", "too many handlers wait already");
  }
  await breath(signal, host.signal);
  await pause(host.clock, ms, AbortSignal.any([signal, host.signal]));
  signal.throwIfAborted();
  if (host.signal.aborted) throw new SeabirdError("closed", "the plugin closes");
}

function onlyTags(settings: AskSettings | undefined): ActionOptions | undefined {
  return settings?.tags && { tags: settings.tags };
}
