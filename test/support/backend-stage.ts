/** A backend of a test's own on a real core, a plugin that hears all of it, and its log. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  connectPlugin,
  type PluginClient,
  type PluginEvent,
  SeabirdError,
} from "@seabird-chat/sdk";
import {
  type BackendConnection,
  type BackendSpec,
  backend,
  createLog,
  type RunningBackend,
  type StartBackendOptions,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "./core.ts";

export const ROOM = "camp://test/room";

export interface Stage {
  readonly core: TestCore;
  readonly plugin: PluginClient;
  readonly running: RunningBackend;
  readonly log: readonly string[];
  readonly heard: readonly PluginEvent[];
}

/** What a connection has to have; the rest is a test's. */
export const standing = (): Pick<BackendConnection, "closed" | "close"> => ({
  closed: new Promise(() => undefined),
  close: () => undefined,
});

export async function stage<Config>(
  t: TestContext,
  spec: BackendSpec<Config>,
  options: Partial<StartBackendOptions> = {},
): Promise<Stage> {
  const core = await startCore({}, t);
  const plugin = connectPlugin({ url: core.url, token: await core.token() });
  t.after(() => plugin.close());
  await plugin.ready();
  const log: string[] = [];
  const running = startBackend(backend("camp", spec), {
    id: "test",
    url: core.url,
    token: await core.token(["backend:camp/test"]),
    log: createLog({ name: "camp", level: "debug", stream: { write: (line) => log.push(line) } }),
    retryMinMs: 1,
    retryMaxMs: 20,
    ...options,
    constants: { networkRetryMinMs: 1, networkRetryMaxMs: 10, ...options.constants },
  });
  t.after(() => running.close());
  const heard: PluginEvent[] = [];
  void (async () => {
    for await (const event of plugin.events()) heard.push(event);
  })().catch(() => undefined);
  return { core, plugin, running, log, heard };
}

export async function refused(words: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof SeabirdError);
    assert.deepEqual([error.code, error.message], ["unknown", words]);
    return true;
  });
}
