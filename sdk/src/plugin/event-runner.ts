/** Passes events to a plugin's handlers: open questions first, then the queue of the channel. */
import type { Asks } from "../ask/asks.ts";
import type { CommandSet } from "../command/command-set.ts";
import { abortable } from "../link/abortable.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ReplyableContext } from "./context.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Failure, Failures } from "./failures.ts";
import type { Slot } from "./handler-slot.ts";
import type { HandlerRun, Handlers } from "./handlers.ts";
import type { LoopGuard } from "./loop-guard.ts";
import {
  backendOf,
  type ContextDeps,
  isReplyable,
  makeContext,
  queueKeyOf,
} from "./make-context.ts";
import { runThrough } from "./middleware.ts";
import type { ErasedHandler, PluginDeclarations } from "./plugin.ts";
import type { Prefixes } from "./prefixes.ts";
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
  #dropped = 0;
  #dropsLoggedAt: number | undefined;

  constructor(deps: EventRunnerDeps) {
    this.#deps = deps;
  }

  /** Synchronous: when it returns, the handlers are queued or started. */
  take(event: PluginEvent): void {
    const { asks, guard, handlers, prefixes } = this.#deps;
    this.#seen.note(event);
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
      const tasks = others.map((run) => (later: Slot) => this.#run(run, event, later));
      this.#deps.dispatcher.addNext(queueKeyOf(event), tasks);
      if (first !== undefined) await this.#run(first, event, slot);
    });
  }

  /** Without commands and `hears` for a speaker who is ignored. */
  #find(event: PluginEvent, prefix: string): readonly HandlerRun[] {
    const { guard, handlers } = this.#deps;
    const runs = handlers.find(event, prefix);
    const plain = runs.filter(({ by }) => by === "on");
    guard.note(event, plain.length < runs.length);
    return guard.ignores(event) ? plain : runs;
  }

  #add(event: PluginEvent, task: (slot: Slot) => Promise<void>): void {
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

  /** Never rejects. */
  async #run(run: HandlerRun, event: PluginEvent, slot: Slot): Promise<void> {
    const { declared, contextDeps } = this.#deps;
    const made = makeContext(event, slot, contextDeps);
    const extra = extrasOf(run);
    const context = { ...made.context, ...extra };
    try {
      const work = runThrough(declared.middleware, context, () =>
        this.#handle(run, event, context),
      );
      await abortable(work, slot.signal);
      await abortable(made.settled(), slot.signal);
    } catch (error) {
      await this.#failed(error, run, event, slot);
    }
  }

  async #handle(run: HandlerRun, event: PluginEvent, context: object): Promise<void> {
    if (run.by !== "command") await run.handler(context, undefined);
    else if (isReplyable(event)) await this.#command(run, event, context as ReplyableContext);
  }

  async #command(
    { name, arg }: HandlerRun & { by: "command" },
    event: ReplyableEvent,
    context: ReplyableContext,
  ): Promise<void> {
    const { commands, prefixes, contextDeps } = this.#deps;
    const { user, tags } = event;
    const { id: backendId, type: backendType } = context.backend;
    const channelId = "channelId" in event ? event.channelId : undefined;
    const prefix = await prefixes.prefixOf(backendId);
    const prepared = await commands.prepare(
      { name, arg, user, channelId, backendType, tags, prefix },
      {
        clock: contextDeps.host.clock,
        findUser: (named) => this.#seen.find(backendId, named),
      },
    );
    if (prepared.do === "nothing") return;
    if (prepared.do === "reply") return context.mentionReply(prepared.line);
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
    const { context, replies, settled } = makeContext(event, late, contextDeps);
    const isAddressed = run.by === "command" || (run.by === "hears" && event.kind !== "message");
    const failure = {
      error,
      event,
      what: run.what,
      isAddressed,
      replies,
      queueKey: queueKeyOf(event),
    };
    try {
      const reported = this.#report(failure, { ...context, ...extrasOf(run) });
      await abortable(reported.then(settled), abort.signal);
    } catch (reason) {
      await this.#catchFailed(reason, failure);
    } finally {
      stopTimer();
    }
  }

  /** A `catch` that rethrows the error gets the default. */
  async #report(failure: Failure, context: object): Promise<void> {
    const { failures, declared } = this.#deps;
    if (declared.caught === undefined) return failures.report(failure);
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

function extrasOf(run: HandlerRun): object {
  if (run.by === "hears") return { match: run.match };
  return run.by === "command" ? { command: run.name, arg: run.arg } : {};
}
