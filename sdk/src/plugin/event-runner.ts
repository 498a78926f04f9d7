/** Passes events to a plugin's handlers: open questions first, then the queue of the channel. */

import type { Block } from "@seabird-chat/protocol";
import type { Asks } from "../ask/asks.ts";
import type { CommandSet } from "../command/command-set.ts";
import { blockAfter } from "../command/mentions.ts";
import { abortable } from "../link/abortable.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ReceivedEvent } from "../link/received-event.ts";
import { ChannelMembers } from "./channel-members.ts";
import type { ReplyableContext } from "./context.ts";
import type { ErasedHandler, PluginDeclarations } from "./declarations.ts";
import { isActivity } from "./deed.ts";
import type { Dispatcher, Task } from "./dispatcher.ts";
import { isReplyable, queueKeyOf, speakerOf, toInnerEvent } from "./event-fields.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import { isHandlerFailure } from "./fail.ts";
import type { Failure, Failures } from "./failures.ts";
import { type ContextDeps, HandlerContext } from "./handler-context.ts";
import type { HandlerSlot, Slot } from "./handler-slot.ts";
import type { HandlerRun, Handlers } from "./handlers.ts";
import { lazyProperty } from "./lazy-property.ts";
import type { LoopGuard } from "./loop-guard.ts";
import { runThrough } from "./middleware.ts";
import { backendOf } from "./origins.ts";
import type { Prefixes } from "./prefixes.ts";
import { makeContext } from "./replyable-context.ts";
import { SeenUsers } from "./seen-users.ts";

/** Dropped events are logged at most this often. */
const DROPS_LOGGED_EVERY_MS = 10_000;

export interface EventRunnerDeps {
  readonly declared: PluginDeclarations;
  readonly commands: CommandSet<ErasedHandler>;
  readonly handlers: Handlers;
  readonly asks: Asks;
  readonly guard: LoopGuard;
  readonly prefixes: Prefixes;
  readonly dispatcher: Dispatcher;
  readonly failures: Failures;
  readonly contextDeps: ContextDeps;
  readonly handlerTimeoutMs: number;
}

export class EventRunner {
  readonly #deps: EventRunnerDeps;
  readonly #seen = new SeenUsers();
  readonly #members: ChannelMembers;
  #dropped = 0;
  #dropsLoggedAt: number | undefined;

  constructor(deps: EventRunnerDeps) {
    this.#deps = deps;
    const { core, clock } = deps.contextDeps.host;
    this.#members = new ChannelMembers(core, clock);
  }

  /** Synchronous: when it returns, the handlers are queued, started, or have ended already. */
  take(received: ReceivedEvent): void {
    const { asks, handlers } = this.#deps;
    if (handlers.mayHandle(received.kind) || asks.size > 0) this.#offer(toInnerEvent(received));
    else this.#pass(received);
  }

  /** No handler and no question wants it. */
  #pass(received: ReceivedEvent): void {
    const { guard, handlers } = this.#deps;
    const speaker = speakerOf(received);
    if (speaker === undefined) return;
    guard.note(speaker, false);
    if (handlers.hasCommands) this.#seen.note(speaker);
  }

  #offer(event: PluginEvent): void {
    const { asks, guard, handlers, prefixes } = this.#deps;
    if (handlers.hasCommands) this.#seen.note(event);
    if (!guard.ignores(event) && asks.offer(event)) {
      guard.note(event, true);
      return;
    }
    const backend = handlers.needsPrefix(event) ? backendOf(queueKeyOf(event)).id : undefined;
    const prefix = backend === undefined ? "" : prefixes.known(backend);
    if (backend === undefined || prefix !== undefined) {
      for (const run of this.#find(event, prefix ?? "")) {
        this.#add(event, (slot) => this.#run(run, event, slot));
      }
      return;
    }
    this.#add(event, async (slot) => {
      const [first, ...others] = this.#find(event, await prefixes.prefixOf(backend));
      const tasks = others.map((run) => (later: HandlerSlot) => this.#run(run, event, later));
      this.#deps.dispatcher.addNext(queueKeyOf(event), tasks);
      if (first !== undefined) await this.#run(first, event, slot);
    });
  }

  /** For a speaker who is ignored without what may be a loop. */
  #find(event: PluginEvent, prefix: string): readonly HandlerRun[] {
    const { guard, handlers } = this.#deps;
    const runs = handlers.find(event, prefix);
    const mayLoop = (run: HandlerRun) => run.by !== "on" || isActivity(event);
    guard.note(event, runs.some(mayLoop));
    return guard.ignores(event) ? runs.filter((run) => !mayLoop(run)) : runs;
  }

  #add(event: PluginEvent, task: Task): void {
    if (this.#deps.dispatcher.add(queueKeyOf(event), task)) return;
    this.#dropped += 1;
    const { clock, log } = this.#deps.contextDeps.host;
    const now = clock.now();
    if (this.#dropsLoggedAt !== undefined && now - this.#dropsLoggedAt < DROPS_LOGGED_EVERY_MS) {
      return;
    }
    this.#dropsLoggedAt = now;
    const fields = { channel: queueKeyOf(event), dropped: this.#dropped };
    log.warn(fields, "the channel's queue is full; events are dropped");
    this.#dropped = 0;
  }

  /**
   * Undefined if the handler has ended already: it is synchronous and has sent nothing. Never throws
   * or rejects.
   */
  #run(run: HandlerRun, event: PluginEvent, slot: HandlerSlot): Promise<void> | undefined {
    const context = this.#contextOf(run, event, slot);
    let work: unknown;
    try {
      work = this.#begin(run, event, context);
    } catch (error) {
      HandlerContext.end(context);
      return this.#failed(error, run, event, slot);
    }
    const mayBePromise = (typeof work === "object" && work !== null) || typeof work === "function";
    if (mayBePromise || HandlerContext.hasSent(context)) {
      return this.#finish(work, context, run, event, slot);
    }
    HandlerContext.end(context);
    return undefined;
  }

  #contextOf(run: HandlerRun, event: PluginEvent, slot: Slot): HandlerContext {
    const context = makeContext(event, slot, this.#deps.contextDeps);
    if (run.by === "on") return context;
    if (event.kind === "privateMessage" && run.by === "command") {
      Object.defineProperty(context, "argBlock", argBlockOf(event, run.arg));
    }
    return Object.assign(context, extrasOf(run));
  }

  #begin(run: HandlerRun, event: PluginEvent, context: HandlerContext): unknown {
    const { middleware } = this.#deps.declared;
    if (middleware.length === 0) return this.#handle(run, event, context);
    return runThrough(middleware, context, async () => {
      await this.#handle(run, event, context);
    });
  }

  async #finish(
    work: unknown,
    context: HandlerContext,
    run: HandlerRun,
    event: PluginEvent,
    slot: HandlerSlot,
  ): Promise<void> {
    try {
      await slot.untilAborted(Promise.resolve(work));
      if (HandlerContext.hasSent(context)) {
        await slot.untilAborted(HandlerContext.sendsOf(context).settled());
      }
      HandlerContext.end(context);
    } catch (error) {
      HandlerContext.end(context);
      await this.#failed(error, run, event, slot);
    }
  }

  #handle(run: HandlerRun, event: PluginEvent, context: HandlerContext): unknown {
    if (run.by !== "command") return run.handler(context, undefined);
    if (!isReplyable(event)) return undefined;
    return this.#command(run, event, context as unknown as ReplyableContext);
  }

  async #command(
    run: HandlerRun & { by: "command" },
    event: ReplyableEvent,
    context: ReplyableContext,
  ): Promise<void> {
    const { commands, prefixes, contextDeps } = this.#deps;
    const { name, arg } = run;
    const { user, tags } = event;
    const { argBlock } = context as { readonly argBlock?: Block };
    const { id: backendId, type: backendType } = context.backend;
    const channelId = "channelId" in event ? event.channelId : undefined;
    const prefix = await prefixes.prefixOf(backendId);
    const prepared = await commands.prepare(
      { name, arg, argBlock, user, channelId, backendType, tags, prefix },
      {
        clock: contextDeps.host.clock,
        findUser: (named) =>
          this.#seen.find(backendId, named, channelId) ??
          (channelId === undefined ? undefined : this.#members.find(channelId, named)),
      },
    );
    if (prepared.do === "nothing") return;
    if (prepared.do === "reply") {
      await context.mentionReply(prepared.line);
      return;
    }
    if (prepared.name !== name) run.what = `command ${prepared.name}`;
    const { confirm } = prepared;
    if (confirm !== undefined && !(await context.confirm(confirm))) return;
    await prepared.handler(context, prepared.values);
  }

  /** Reporting a failure has a time limit of its own, as long as the handler's. */
  async #failed(error: unknown, run: HandlerRun, event: PluginEvent, slot: Slot): Promise<void> {
    const { failures, contextDeps, handlerTimeoutMs } = this.#deps;
    const { log, clock } = contextDeps.host;
    if (failures.isQuiet(error)) {
      log.debug({ error, kind: event.kind }, `${run.what} ended early`);
      return;
    }
    const abort = new AbortController();
    const stopTimer = clock.after(handlerTimeoutMs, () => {
      abort.abort(new SeabirdError("deadline_exceeded", "reporting a failure took too long"));
    });
    const late: Slot = {
      signal: abort.signal,
      releaseWhile: (wait) => slot.releaseWhile(wait),
      reacquire: () => slot.reacquire(),
    };
    const context = this.#contextOf(run, event, late);
    const isAddressed = run.by === "command" || (run.by === "hears" && event.kind !== "message");
    const failure = {
      error,
      event,
      what: run.what,
      isAddressed,
      replies: isReplyable(event) ? (context as unknown as ReplyableContext) : undefined,
      queueKey: queueKeyOf(event),
    };
    try {
      const reported = this.#report(failure, context).then(() =>
        HandlerContext.hasSent(context) ? HandlerContext.sendsOf(context).settled() : undefined,
      );
      await abortable(reported, abort.signal);
    } catch (reason) {
      await this.#catchFailed(reason, failure);
    } finally {
      HandlerContext.end(context);
      stopTimer();
    }
  }

  /** A `catch` that rethrows the error gets the default. */
  async #report(failure: Failure, context: object): Promise<void> {
    const { failures, declared } = this.#deps;
    if (declared.caught === undefined || isHandlerFailure(failure.error))
      return failures.report(failure);
    try {
      await declared.caught(failure.error, context);
    } catch (reason) {
      if (reason !== failure.error) throw reason;
      await failures.report(failure);
    }
  }

  async #catchFailed(reason: unknown, failure: Failure): Promise<void> {
    const { log } = this.#deps.contextDeps.host;
    log.error({ error: reason }, "reporting a failure failed");
    log.error({ error: failure.error, kind: failure.event.kind }, `${failure.what} failed`);
  }
}

/** In private the SDK finds commands, so it finds their argument too. */
function argBlockOf(event: PluginEvent & { kind: "privateMessage" }, arg: string) {
  return lazyProperty("argBlock", () => {
    const { rootBlock, text } = event;
    return rootBlock && blockAfter(rootBlock, text.trimEnd().length - arg.length);
  });
}

function extrasOf(run: HandlerRun): object {
  if (run.by === "hears") return { match: run.match };
  return run.by === "command" ? { command: run.name, arg: run.arg } : {};
}
