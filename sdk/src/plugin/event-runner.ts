/** Hands events to a plugin's handlers: questions first, then the queue of the channel. */
import type { Asks } from "../ask/asks.ts";
import type { CommandSet } from "../command/command-set.ts";
import { SeabirdError } from "../link/errors.ts";
import { abortable } from "./abortable.ts";
import type { ReplyableContext } from "./context.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import type { Failure, Failures } from "./failures.ts";
import type { HandlerRun, Handlers } from "./handlers.ts";
import {
  backendOf,
  type ContextSurroundings,
  isReplyable,
  laneOf,
  makeContext,
} from "./make-context.ts";
import { runThrough } from "./middleware.ts";
import type { ErasedHandler, PluginParts } from "./plugin.ts";
import type { Prefixes } from "./prefixes.ts";
import { SeenUsers } from "./seen-users.ts";
import type { Turn } from "./turn.ts";

/** How often it is logged that events of a full queue were dropped. */
const DROPS_LOGGED_EVERY_MS = 10_000;

export interface EventRunnerOptions {
  readonly parts: PluginParts;
  readonly commands: CommandSet<ErasedHandler>;
  readonly handlers: Handlers;
  readonly asks: Asks;
  readonly prefixes: Prefixes;
  readonly dispatcher: Dispatcher;
  readonly failures: Failures;
  readonly surroundings: ContextSurroundings;
  readonly handlerTimeoutMs: number;
}

export class EventRunner {
  readonly #options: EventRunnerOptions;
  readonly #seen = new SeenUsers();
  #dropped = 0;
  #dropsLoggedAt: number | undefined;

  constructor(options: EventRunnerOptions) {
    this.#options = options;
  }

  /** At once: whatever is to be done about it is queued or begun. */
  take(event: PluginEvent): void {
    const { asks, handlers, prefixes } = this.#options;
    this.#seen.note(event);
    if (asks.offer(event)) return;
    const backend = handlers.needsPrefix(event) ? backendOf(laneOf(event)).id : undefined;
    const prefix = backend === undefined ? "" : prefixes.known(backend);
    if (backend === undefined || prefix !== undefined) {
      for (const run of handlers.find(event, prefix ?? "")) {
        this.#add(event, (turn) => this.#run(run, event, turn));
      }
      return;
    }
    this.#add(event, async (turn) => {
      const [first, ...others] = handlers.find(event, await prefixes.prefixOf(backend));
      const tasks = others.map((run) => (later: Turn) => this.#run(run, event, later));
      this.#options.dispatcher.addNext(laneOf(event), tasks);
      if (first !== undefined) await this.#run(first, event, turn);
    });
  }

  #add(event: PluginEvent, task: (turn: Turn) => Promise<void>): void {
    if (this.#options.dispatcher.add(laneOf(event), task)) return;
    this.#dropped += 1;
    const { clock, log } = this.#options.surroundings.host;
    const now = clock.now();
    if (this.#dropsLoggedAt !== undefined && now - this.#dropsLoggedAt < DROPS_LOGGED_EVERY_MS) {
      return;
    }
    this.#dropsLoggedAt = now;
    const lane = laneOf(event);
    log.warn(
      { channel: lane, dropped: this.#dropped },
      "too many events wait here; new ones are dropped",
    );
    this.#dropped = 0;
  }

  /** Never rejects. */
  async #run(run: HandlerRun, event: PluginEvent, turn: Turn): Promise<void> {
    const { parts, surroundings } = this.#options;
    const made = makeContext(event, turn, surroundings);
    const extra = extrasOf(run, event);
    const context = { ...made.context, ...extra };
    try {
      const work = runThrough(parts.middleware, context, () => this.#handle(run, event, context));
      await abortable(work, turn.signal);
      await abortable(made.settled(), turn.signal);
    } catch (error) {
      await this.#failed(error, run, event, turn);
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
    const { commands, prefixes, surroundings } = this.#options;
    const { user, tags } = event;
    const { id: backendId, type: backendType } = context.backend;
    const channelId = "channelId" in event ? event.channelId : undefined;
    const prefix = await prefixes.prefixOf(backendId);
    const prepared = await commands.prepare(
      { name, arg, user, channelId, backendType, tags, prefix },
      {
        clock: surroundings.host.clock,
        findUser: (named) => this.#seen.find(backendId, named),
      },
    );
    if (prepared.do === "nothing") return;
    if (prepared.do === "say") return context.mentionReply(prepared.line);
    const { confirm } = prepared;
    if (confirm !== undefined && !(await context.confirm(confirm))) return;
    await prepared.handler(context, prepared.values);
  }

  /** Whatever time the handler had, telling of its failure has as much again. */
  async #failed(error: unknown, run: HandlerRun, event: PluginEvent, turn: Turn): Promise<void> {
    const { failures, surroundings, handlerTimeoutMs } = this.#options;
    const { log, clock } = surroundings.host;
    if (failures.isQuiet(error)) {
      log.debug({ error, kind: event.kind }, `${run.what} ended early`);
      return;
    }
    const abort = new AbortController();
    const stopTimer = clock.after(handlerTimeoutMs, () => {
      abort.abort(new SeabirdError("deadline_exceeded", "telling of a failure took too long"));
    });
    const late: Turn = {
      signal: abort.signal,
      away: (wait) => turn.away(wait),
      comeBack: () => turn.comeBack(),
    };
    const { context, conversation, settled } = makeContext(event, late, surroundings);
    const isAddressed = run.by === "command" || (run.by === "hears" && event.kind !== "message");
    const failure = {
      error,
      event,
      what: run.what,
      isAddressed,
      conversation,
      lane: laneOf(event),
    };
    try {
      const told = this.#tell(failure, { ...context, ...extrasOf(run, event) });
      await abortable(told.then(settled), abort.signal);
    } catch (reason) {
      await this.#catchFailed(reason, failure);
    } finally {
      stopTimer();
    }
  }

  /** A `catch` that throws the same error again leaves it to the usual way. */
  async #tell(failure: Failure, context: object): Promise<void> {
    const { failures, parts } = this.#options;
    if (parts.caught === undefined) return failures.report(failure);
    try {
      await parts.caught(failure.error, context);
    } catch (reason) {
      if (reason !== failure.error) throw reason;
      await failures.report(failure);
    }
  }

  async #catchFailed(reason: unknown, failure: Failure): Promise<void> {
    const { log } = this.#options.surroundings.host;
    log.error({ error: reason }, "telling of a failure failed itself");
    log.error({ error: failure.error, kind: failure.event.kind }, `${failure.what} failed`);
  }
}

function extrasOf(run: HandlerRun, event: PluginEvent): object {
  if (run.by === "hears") return { match: run.match };
  if (run.by === "command" && event.kind === "privateMessage") {
    return { command: run.name, arg: run.arg };
  }
  return {};
}
