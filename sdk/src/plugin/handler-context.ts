/** A handler's context: the event's fields, and the plugin's tools. */
import type { Asks } from "../ask/asks.ts";
import { yieldIfAborted } from "../link/abortable.ts";
import { pause } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Conversation } from "../link/message-reference.ts";
import type { PluginHost } from "./context.ts";
import { EventFields } from "./event-fields.ts";
import type { PluginEvent } from "./events.ts";
import type { Slot } from "./handler-slot.ts";
import { lazyProperty, setHidden } from "./lazy-property.ts";
import { Sends } from "./sends.ts";
import { Typing } from "./typing.ts";

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

/** Its place in the queue; not among the properties that a handler sees. */
export const SLOT = Symbol("slot");

/**
 * All properties are its own, and the functions are bound, so that a handler may spread and
 * destructure it: `({ reply }) => reply("hi")`.
 */
export class HandlerContext extends EventFields {
  readonly name: string;
  readonly config: unknown;
  readonly log: PluginHost["log"];
  readonly core: PluginHost["core"];
  readonly clock: PluginHost["clock"];
  readonly random: PluginHost["random"];
  declare readonly [SLOT]: Slot;
  readonly #deps: ContextDeps;
  #sends: Sends | undefined;
  #typing: Typing | undefined;
  #isOver = false;

  constructor(event: PluginEvent, slot: Slot, deps: ContextDeps) {
    super(EventFields.receivedOf(event));
    const { host } = deps;
    this.name = host.name;
    this.config = host.config;
    this.log = host.log;
    this.core = host.core;
    this.clock = host.clock;
    this.random = host.random;
    setHidden(this, SLOT, slot);
    this.#deps = deps;
    Object.defineProperty(this, "signal", SIGNAL);
  }

  readonly sleep = (ms: number): Promise<void> =>
    this[SLOT].releaseWhile(sleepFor(ms, this[SLOT].signal, this.#deps));

  /** The handler has ended: nothing more is shown of it. Idempotent. */
  static end(context: HandlerContext): void {
    context.#isOver = true;
    context.#typing?.stop();
    context.#sends?.end();
  }

  /** Until the handler ends; afterwards without effect. Never rejects. */
  static async showTyping(context: HandlerContext, where: Conversation): Promise<void> {
    if (context.#isOver) return;
    const { core, clock } = context.#deps.host;
    context.#typing ??= new Typing({ core, clock, where });
    // A handler without a promise that has sent nothing would count as ended already.
    HandlerContext.sendsOf(context);
    await context.#typing.start();
  }

  /** An answer is what was being typed. */
  static stopTyping(context: HandlerContext): void {
    context.#typing?.stop();
  }

  /** What the handler has sent so far; made when it is asked for. */
  static sendsOf(context: HandlerContext): Sends {
    context.#sends ??= new Sends(context[SLOT], context.#deps.host.log);
    return context.#sends;
  }

  /** Whether the handler has sent anything. */
  static hasSent(context: HandlerContext): boolean {
    return context.#sends !== undefined;
  }
}

const SIGNAL = lazyProperty<HandlerContext>("signal", function () {
  return this[SLOT].signal;
});

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
