/** One run of a plugin, from start to close. */
import { Asks } from "../ask/asks.ts";
import type { CommandSet } from "../command/command-set.ts";
import { abortable, onAbort } from "../link/abortable.ts";
import { nextTurn, within } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { LinkState } from "../link/link.ts";
import { type ResolvedConnectOptions, resolveConnectOptions } from "../link/options.ts";
import { checkSettings } from "../program/check-settings.ts";
import { createLog, type Log } from "../program/log.ts";
import type { PluginHost } from "./context.ts";
import type { Cleanup, ErasedHandler, ErasedStart, PluginDeclarations } from "./declarations.ts";
import { type Activity, Dispatcher } from "./dispatcher.ts";
import { EventRunner } from "./event-runner.ts";
import { Failures } from "./failures.ts";
import { Handlers } from "./handlers.ts";
import { type IgnoredSpeakers, LoopGuard } from "./loop-guard.ts";
import { backendOf } from "./origins.ts";
import { commandSetOf, declarationsOf, isPlugin, kindsOf, type Plugin } from "./plugin.ts";
import { PluginClient } from "./plugin-client.ts";
import { Prefixes } from "./prefixes.ts";
import { RegisteredNames } from "./registered-names.ts";
import type { RunningPlugin, StartOptions } from "./running-plugin.ts";
import { Subscription } from "./subscription.ts";
import { warnAboutAllowRules } from "./warn-about-allow-rules.ts";
import { watchLink } from "./watch-link.ts";

/**
 * Starts a plugin and keeps it connected until `close()`. Throws a SeabirdError `bad_option` if
 * the options cannot work.
 */
export function startPlugin(plugin: Plugin, options: StartOptions = {}): RunningPlugin {
  return new PluginRun(plugin, options);
}

class PluginRun implements RunningPlugin {
  readonly name: string;
  readonly #declared: PluginDeclarations;
  readonly #commands: CommandSet<ErasedHandler>;
  readonly #options: ResolvedConnectOptions;
  readonly #log: Log;
  readonly #dispatcher: Dispatcher;
  readonly #guard: LoopGuard;
  readonly #closing = new AbortController();
  readonly #client = Promise.withResolvers<PluginClient | undefined>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  readonly #cleanups = new AsyncDisposableStack();
  #host: { -readonly [Key in keyof PluginHost]: PluginHost[Key] } | undefined;
  #asks: Asks | undefined;
  #closed: Promise<void> | undefined;
  #reconfigured: Promise<void> = Promise.resolve();

  constructor(plugin: Plugin, options: StartOptions) {
    if (!isPlugin(plugin))
      throw new SeabirdError("bad_option", "startPlugin takes a plugin made by plugin()");
    this.name = plugin.name;
    this.#declared = declarationsOf(plugin);
    this.#declared.isStarted = true;
    this.#commands = commandSetOf(this.#declared.declarations);
    this.#options = resolveConnectOptions({ ...options, signal: undefined });
    const { clock, limits } = this.#options;
    this.#log = options.log ?? createLog({ name: plugin.name, clock });
    this.#dispatcher = new Dispatcher({ clock, limits });
    this.#guard = new LoopGuard({ clock, limits, log: this.#log });
    this.#ready.promise.catch(() => undefined);
    this.#ended = this.#live(options);
    this.#ended.catch(() => undefined);
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  ended(): Promise<void> {
    return this.#ended;
  }

  async *states(): AsyncGenerator<LinkState, void, void> {
    const client = await this.#client.promise;
    if (client !== undefined) yield* client.states();
  }

  get ignored(): IgnoredSpeakers {
    return this.#guard;
  }

  reconfigure(given: unknown): Promise<void> {
    // One after the other: what was given last is what stays.
    const done = this.#reconfigured.then(async () => {
      const config = await this.#settings(given);
      await this.ready();
      const [host, { signal }] = [this.#host, this.#closing];
      signal.throwIfAborted();
      if (host === undefined) return;
      host.config = config;
      for (const change of this.#declared.settingsChanges) {
        await abortable(Promise.try(change, host), signal);
      }
    });
    this.#reconfigured = done.catch(() => undefined);
    return done;
  }

  status(): Promise<unknown> {
    return this.#report(this.#declared.status);
  }

  metrics(): Promise<unknown> {
    return this.#report(this.#declared.metrics);
  }

  activity(): Activity {
    return this.#dispatcher.activity();
  }

  onActivity(callback: () => void): () => void {
    return this.#dispatcher.onActivity(callback);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #report(report: ErasedStart | undefined): Promise<unknown> {
    if (report === undefined) return undefined;
    const { signal } = this.#closing;
    signal.throwIfAborted();
    await abortable(this.ready(), signal);
    return this.#host && (await abortable(Promise.try(report, this.#host), signal));
  }

  async #live({ config, signal }: StartOptions): Promise<void> {
    const forget = signal && onAbort(signal, () => void this.close());
    try {
      // The caller gets its handle before anything happens.
      await Promise.resolve();
      await this.#run(await abortable(this.#settings(config), this.#closing.signal));
    } catch (reason) {
      if (this.#isClosed(reason)) return;
      this.#ready.reject(reason);
      throw reason;
    } finally {
      this.#ready.reject(new SeabirdError("closed", "the plugin was closed"));
      forget?.();
      this.#client.resolve(undefined);
      await this.close();
    }
  }

  async #settings(given: unknown): Promise<unknown> {
    const { config } = this.#declared;
    return config === undefined ? (given ?? {}) : checkSettings(this.name, config, given);
  }

  async #run(config: unknown): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const client = new PluginClient(this.#commands.metadata, this.#options, {
      yieldCommand: (name) => this.#yield(name),
      onSend: (to, sent) => this.#guard.sending(to, sent),
      subscription: new Subscription(kindsOf(this.#declared.declarations), (kinds) => {
        const names = kinds.join(", ");
        this.#log.warn(`core does not send events of this kind: ${names}; a newer core does`);
      }),
    });
    this.#client.resolve(client);
    void watchLink(client.states(), { log: this.#log, onGap: () => this.#gap() });
    const { clock, random } = this.#options;
    const { signal } = this.#closing;
    const host = { name: this.name, config, log: this.#log, core: client, signal, clock, random };
    this.#host = host;
    const runner = this.#runner(host, client);
    try {
      await client.ready();
    } catch (reason) {
      if (this.#closing.signal.aborted) return;
      throw reason;
    }
    await this.#start(host).catch((error: unknown) => {
      if (!this.#isClosed(error)) this.#log.error({ error }, "onStart failed");
      throw error;
    });
    this.#ready.resolve();
    void warnAboutAllowRules(client, this.#declared, this.#commands, this.#log);
    await client.readEvents((event) => {
      runner.take(event);
      return this.#dispatcher.pauseReading(this.#closing.signal);
    });
  }

  #runner(host: PluginHost, client: PluginClient): EventRunner {
    const { clock, random, limits } = this.#options;
    const prefixes = new Prefixes(clock, (backendId) => client.backendInfo(backendId));
    const names = new RegisteredNames(
      clock,
      (name) => this.#commands.wordOf(name) !== undefined,
      async () => Object.keys(await client.registeredCommands()),
    );
    const words = {
      isRegistered: (name: string) => names.has(name),
      prefixFor: (userId: string) => prefixes.peek(backendOf(userId).id),
    };
    const asks = new Asks({ clock, maxAsks: limits.maxAsks, words });
    this.#asks = asks;
    const { log, signal: closing } = host;
    return new EventRunner({
      declared: this.#declared,
      commands: this.#commands,
      handlers: new Handlers([...this.#declared.declarations], this.#commands),
      asks,
      guard: this.#guard,
      prefixes,
      dispatcher: this.#dispatcher,
      failures: new Failures({ log, clock, random, closing }),
      contextDeps: {
        host,
        asks,
        learnCommands: (userId) => {
          void names.refresh();
          void prefixes.prefixOf(backendOf(userId).id);
        },
        askTimeoutMs: limits.askTimeoutMs,
        mayWait: () => this.#dispatcher.activity().waiting < limits.maxWaitingHandlers,
      },
      handlerTimeoutMs: limits.handlerTimeoutMs,
    });
  }

  /** Whether it failed only because the plugin closed. */
  #isClosed(reason: unknown): boolean {
    const { aborted, reason: closed } = this.#closing.signal;
    return aborted && reason === closed;
  }

  async #start(host: PluginHost): Promise<void> {
    const { clock, limits } = this.#options;
    const { startTimeoutMs } = limits;
    const limit = new AbortController();
    for (const start of this.#declared.starts) {
      const begun = Promise.try(start, host).then((cleanup) => this.#keep(cleanup));
      const stopTimer = clock.after(startTimeoutMs, () => {
        const late = `onStart took longer than ${startTimeoutMs} ms`;
        limit.abort(new SeabirdError("deadline_exceeded", late));
      });
      await abortable(begun, AbortSignal.any([host.signal, limit.signal])).finally(stopTimer);
    }
  }

  /** A cleanup that arrives after the plugin closed runs immediately. */
  async #keep(cleanup: unknown): Promise<void> {
    if (typeof cleanup !== "function") return;
    const failed = (error: unknown) => this.#log.error({ error }, "the cleanup of onStart failed");
    const clean = () => Promise.try(cleanup as Cleanup).then(() => undefined, failed);
    if (this.#cleanups.disposed) await clean();
    else this.#cleanups.defer(clean);
  }

  /** A plugin can run without an alias, but not without a command. */
  #yield(name: string): CommandSet<ErasedHandler>["metadata"] | undefined {
    if (!this.#commands.isAlias(name)) return undefined;
    const main = this.#commands.mainNameOf(name);
    this.#commands.drop(name);
    this.#log.warn(`another plugin has registered "${name}"; "${main}" runs without this alias`);
    return this.#commands.metadata;
  }

  #gap(): void {
    const failed = (error: unknown) => this.#log.error({ error }, "onGap failed");
    for (const callback of this.#declared.gaps) void Promise.try(callback).catch(failed);
  }

  async #close(): Promise<void> {
    const { clock, limits } = this.#options;
    const { closeTimeoutMs } = limits;
    this.#closing.abort(new SeabirdError("closed", "the plugin closes"));
    this.#dispatcher.stop();
    this.#asks?.close();
    this.#client.resolve(undefined);
    const client = await this.#client.promise;
    // Frees the command names while the last handlers still answer.
    await client?.leave();
    await within(clock, closeTimeoutMs, this.#idle());
    this.#dispatcher.abort(new SeabirdError("closed", "the plugin closes"));
    await within(clock, closeTimeoutMs, this.#cleanups.disposeAsync());
    await client?.close();
  }

  async #idle(): Promise<void> {
    await this.#dispatcher.until(
      ({ running, waiting, queued }) => running + waiting + queued === 0,
    );
    // Lets promises that settle with the handlers run.
    await nextTurn();
  }
}
