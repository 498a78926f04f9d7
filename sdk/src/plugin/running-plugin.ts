/** A running plugin, as `startPlugin` returns it. */
import type { LinkState } from "../link/link.ts";
import type { ConnectOptions } from "../link/options.ts";
import type { Log } from "../program/log.ts";
import type { Activity } from "./dispatcher.ts";

export interface StartOptions extends ConnectOptions {
  /** The plugin's settings, as its schema takes them. Default: none. */
  config?: unknown;
  /** Default: one named after the plugin, on standard error. */
  log?: Log | undefined;
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
