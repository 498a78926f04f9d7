/** Makes a handler's context from an event, a slot and the plugin's tools. */
import { backendId, parseBackendId, parseId } from "@seabird-chat/protocol";
import { AskCancelled } from "../ask/ask-cancelled.ts";
import { type Asks, isAffirmative } from "../ask/asks.ts";
import { yieldIfAborted } from "../link/abortable.ts";
import type { ActionOptions } from "../link/action-client.ts";
import { pause } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { AskOptions, BackendRef, ChannelRef, PluginHost, ReplyMethods } from "./context.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Slot } from "./handler-slot.ts";
import { mentioning, replyTarget } from "./replies.ts";
import { Sends } from "./sends.ts";

/** What all contexts of one run of a plugin share. */
export interface ContextDeps {
  /** `signal`: aborted when the plugin closes. */
  readonly host: PluginHost;
  readonly asks: Asks;
  readonly askTimeoutMs: number;
  /** Refreshes what tells an answer of this user from a command. Never throws. */
  learnCommands(userId: string): void;
  /** False if too many handlers wait already. */
  mayWait(): boolean;
}

export interface MadeContext {
  readonly context: object;
  /** Undefined for events that cannot be answered. */
  readonly replies: ReplyMethods | undefined;
  /** Resolves when no send of the handler is in flight. */
  settled(): Promise<void>;
}

/** The functions are bound, so a handler may destructure them: `({ reply }) => reply("hi")`. */
export function makeContext(event: PluginEvent, slot: Slot, deps: ContextDeps): MadeContext {
  const { host } = deps;
  const sends = new Sends(slot.signal, host.log);
  const sleep = (ms: number) => slot.releaseWhile(sleepFor(ms, slot.signal, deps));
  const handling = { ...event, ...host, signal: slot.signal, sleep };
  const settled = () => sends.settled();
  if (!isReplyable(event)) return { context: handling, replies: undefined, settled };
  const replies = replyMethods(event, slot, deps, sends);
  return { context: { ...handling, ...origin(event), ...replies }, replies, settled };
}

export function isReplyable(event: PluginEvent): event is ReplyableEvent {
  return "user" in event;
}

/** The channel or user of an event; the events of one run in order. */
export function queueKeyOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("userId" in event) return event.userId;
  return "user" in event ? event.user.id : "";
}

/** The backend of an absolute id. */
export function backendOf(id: string): BackendRef {
  const parsed = parseId(id) ?? parseBackendId(id);
  return parsed === undefined ? { id: "", type: "" } : { id: backendId(parsed), type: parsed.type };
}

function origin(event: ReplyableEvent): { backend: BackendRef; channel?: ChannelRef } {
  if (!("channelId" in event)) return { backend: backendOf(event.user.id) };
  const { channelId: id } = event;
  const name = parseId(id)?.relative ?? id;
  return { backend: backendOf(id), channel: { id, name } };
}

function replyMethods(
  event: ReplyableEvent,
  slot: Slot,
  deps: ContextDeps,
  sends: Sends,
): ReplyMethods {
  const { core } = deps.host;
  const reply = (content: Content, settings?: ActionOptions) =>
    sends.send(settings, async (more) => {
      const target = replyTarget(event);
      if (target.kind === "user") await core.sendPrivateMessage(target.userId, content, more);
      else await core.sendMessage(target.channelId, content, more);
    });
  const mentionReply = (content: Content, settings?: ActionOptions) =>
    reply(mentioning(event, content), settings);
  const ask = (question: Content, settings?: AskOptions) =>
    askFor(event, slot, deps, () => mentionReply(question, onlyTags(settings)), settings);
  return {
    reply,
    mentionReply,
    action: (content, settings) =>
      sends.send(settings, async (more) => {
        const target = replyTarget(event);
        if (target.kind === "user") await core.performPrivateAction(target.userId, content, more);
        else await core.performAction(target.channelId, content, more);
      }),
    replyPrivately: (content, settings) =>
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
  slot: Slot,
  { asks, askTimeoutMs, host, learnCommands }: ContextDeps,
  send: () => Promise<void>,
  settings: AskOptions | undefined,
): Promise<string> {
  checkOptionNames("ask", settings, ["timeoutMs", "tags"]);
  const timeoutMs = settings?.timeoutMs ?? askTimeoutMs;
  if (!(timeoutMs > 0 && Number.isFinite(timeoutMs))) {
    const allowed = "it must be above 0 and have an end";
    throw new SeabirdError("bad_option", `timeoutMs is ${timeoutMs}; ${allowed}`);
  }
  await yieldIfAborted(slot.signal, host.signal);
  const channelId = "channelId" in event ? event.channelId : "";
  const open = asks.open({ userId: event.user.id, channelId }, slot.signal);
  learnCommands(event.user.id);
  try {
    await send();
  } catch (reason) {
    open.cancel("timeout");
    throw reason;
  }
  open.expireIn(timeoutMs);
  // Ahead of the event that settles it, so a cancelled handler ends before the next one starts.
  open.onSettled(() => slot.reacquire());
  return slot.releaseWhile(open.answer);
}

async function sleepFor(
  ms: number,
  signal: AbortSignal,
  { host, mayWait }: ContextDeps,
): Promise<void> {
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw new SeabirdError("bad_option", `sleep takes milliseconds; got ${ms}`);
  }
  if (!mayWait()) {
    throw new SeabirdError("resource_exhausted", "too many handlers wait already");
  }
  await yieldIfAborted(signal, host.signal);
  await pause(host.clock, ms, AbortSignal.any([signal, host.signal]));
  signal.throwIfAborted();
  if (host.signal.aborted) throw new SeabirdError("closed", "the plugin closes");
}

function onlyTags(settings: AskOptions | undefined): ActionOptions | undefined {
  return settings?.tags && { tags: settings.tags };
}
