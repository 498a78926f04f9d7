/**
 * What the clients do in the golden transcripts: once with a real client, when they are recorded,
 * and ever after as the bytes it wrote. The counterpart checks the same both times.
 */
import assert from "node:assert/strict";
import type { Client, EventStream } from "./client.ts";
import { eventually } from "./deadline.ts";
import { accepted, commandsOf, nextEvent, nextRequest } from "./stage.ts";

export const ROLES = ["plugin", "backend"] as const;
export type Role = (typeof ROLES)[number];

/** Says what the client does; when it is a recording that plays, nobody is asked. */
export type Act = (client: Client) => void;

const SOURCE = { channelId: "#c", user: { id: "ana", displayName: "Ana" } };
const USER = { id: "irc://golden/ana", displayName: "Ana" };

export const ACTS: Record<Role, Act> = {
  plugin(client) {
    client.events({ golden: { name: "golden", shortHelp: "short", fullHelp: "full" } });
    const tags = { "proxy/skip": "1" };
    void client.call("sendMessage", { channelId: "irc://golden/%23c", text: "grüße", tags });
  },
  backend(client) {
    const stream = client.backend("irc", "golden");
    const channel = { channelId: "#c", displayName: "C", topic: "t" };
    stream.push({ inner: { case: "joinChannel", value: channel } });
    stream.push({ inner: { case: "message", value: { source: SOURCE, text: "grüße" } } });
    const value = { source: SOURCE, command: "golden", arg: "x y" };
    stream.push({ inner: { case: "command", value }, tags: { mood: "good" } });
  },
};

/** What the other end sees of it. `start` lets the client act, or its bytes play. */
export const CHECKS: Record<
  Role,
  (
    start: () => Promise<void>,
    plugin: Client,
    backend: Client,
    events: EventStream,
  ) => Promise<void>
> = {
  async plugin(start, plugin, backend, events) {
    const stream = await accepted(backend, plugin, "irc", "golden");
    await start();
    const { id, request } = await nextRequest(stream);
    const tags = { "proxy/skip": "1", "core/original-format": "text" };
    const rootBlock = { plain: "grüße", text: { text: "grüße" } };
    assert.deepEqual(request, {
      sendMessage: { channelId: "#c", text: "grüße", rootBlock, tags },
    });
    stream.push({ id, inner: { case: "success", value: {} } });
    const channelId = "irc://golden/%23c";
    assert.deepEqual(await nextEvent(events), {
      sendMessage: { sender: "plugin", channelId, text: "grüße", rootBlock },
      tags,
      meta: { sequence: "1" },
    });
    const { response } = await eventually(
      () => plugin.call("registeredCommands", {}),
      ({ response }) => "golden" in commandsOf(response),
      "the command is registered",
    );
    const golden = { name: "golden", shortHelp: "short", fullHelp: "full" };
    assert.deepEqual(commandsOf(response)["golden"], golden);
  },
  async backend(start, plugin, _backend, events) {
    await start();
    const source = { channelId: "irc://golden/%23c", user: USER };
    const rootBlock = { plain: "grüße", text: { text: "grüße" } };
    assert.deepEqual(await nextEvent(events), {
      message: { source, text: "grüße", rootBlock },
      tags: { "core/original-format": "text" },
    });
    assert.deepEqual(await nextEvent(events), {
      command: { source, command: "golden", arg: "x y" },
      tags: { mood: "good" },
    });
    const { response } = await plugin.call("listChannels", { backendId: "irc://golden" });
    const channel = { id: "irc://golden/%23c", displayName: "C", topic: "t" };
    assert.deepEqual(response, { channels: [channel] });
  },
};
