/** Starts a plugin: connects it, hands each event to its handlers, ends it in good order. */
import type { LinkState } from "../link/link.ts";
import type { ConnectOptions } from "../link/options.ts";
import type { Log } from "../program/log.ts";
import type { Plugin } from "./plugin.ts";
import { PluginRun } from "./plugin-run.ts";

export interface StartOptions extends ConnectOptions {
  /** The plugin's settings, as its schema takes them. Default: none. */
  config?: unknown;
  /** Default: one named after the plugin, on standard error. */
  log?: Log | undefined;
}

/** What a plugin's handlers are doing. */
export interface Activity {
  /** Events that wait for their turn. */
  readonly queued: number;
  /** Handlers that run. */
  readonly running: number;
  /** Handlers that wait in `ask`, `confirm` or `sleep`. */
  readonly waiting: number;
}

export interface RunningPlugin extends AsyncDisposable {
  /** The plugin's. */
  readonly name: string;
  /**
   * Resolves when events flow, the commands are registered and every `onStart` has run; rejects
   * if that will not be: with `bad_option` for settings that the schema refuses, with
   * `already_exists` for a command that another plugin holds.
   */
  ready(): Promise<void>;
  /** Resolves when it was closed; rejects when it failed. */
  ended(): Promise<void>;
  /** The link's current state and each later one; ends after `failed` or `closed`. */
  states(): AsyncIterable<LinkState>;
  activity(): Activity;
  /** Calls back whenever the activity has changed; returns the undo. */
  onActivity(callback: () => void): () => void;
  /**
   * Begins nothing new, cancels questions, leaves core (the commands are free), lets handlers end
   * (at most 5 s, then their signals are aborted), and runs what `onStart`
   * returned. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Starts a plugin and keeps it connected until `close()`. Throws a SeabirdError `bad_option` if
 * the options cannot work.
 */
export function startPlugin(plugin: Plugin, options: StartOptions = {}): RunningPlugin {
  return new PluginRun(plugin, options);
}
