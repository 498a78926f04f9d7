/** A running plugin, as `startPlugin` returns it. */
import type { LinkState } from "../link/link.ts";
import type { ConnectOptions } from "../link/options.ts";
import type { Log } from "../program/log.ts";
import type { Activity } from "./dispatcher.ts";
import type { IgnoredSpeakers } from "./loop-guard.ts";

export interface StartOptions extends ConnectOptions {
  /** The plugin's settings, as its schema expects them. Default: none. */
  config?: unknown;
  /** Default: a log named after the plugin, on standard error. */
  log?: Log | undefined;
}

export interface RunningPlugin extends AsyncDisposable {
  /** The plugin's. */
  readonly name: string;
  /**
   * Resolves when events flow, the commands are registered and every `onStart` has run. Rejects
   * if the plugin fails: with `bad_option` for settings that the schema refuses, with
   * `already_exists` for a command that another plugin holds.
   */
  ready(): Promise<void>;
  /** Resolves when it was closed; rejects when it failed. */
  ended(): Promise<void>;
  /** The link's current state and each later one; ends after `failed` or `closed`. */
  states(): AsyncIterable<LinkState>;
  /** Who is ignored because of a loop. */
  readonly ignored: IgnoredSpeakers;
  /**
   * Replaces the settings while the plugin runs, and runs its `onSettings`. Rejects with a
   * SettingsError for settings that the schema refuses, then the old ones stay; and if `onSettings`
   * fails. Before the plugin has started it waits for that. Several calls are carried out one after the
   * other; those that a close overtakes reject with `closed`.
   */
  reconfigure(config: unknown): Promise<void>;
  /**
   * What its `onStatus` returns; undefined without one. Waits until the plugin has started; rejects as
   * that function does, and with `closed` once the plugin closes.
   */
  status(): Promise<unknown>;
  /** What its `onMetrics` returns, likewise. */
  metrics(): Promise<unknown>;
  activity(): Activity;
  /** Calls back after each change of the activity; returns the undo. */
  onActivity(callback: () => void): () => void;
  /**
   * Starts nothing new, cancels questions, leaves core (which frees the commands), waits for
   * handlers (at most 5 s, then their signals are aborted), and runs the cleanups of `onStart`.
   * Idempotent.
   */
  close(): Promise<void>;
}
