/** Makes the host that `connect` is given, anew for each connection. */
import { plainText } from "@seabird-chat/protocol";
import type { Clock, Random } from "../link/clock.ts";
import type { Log } from "../program/log.ts";
import type { BackendSpec } from "./backend.ts";
import type { BackendClient } from "./backend-client.ts";
import {
  chatEvent,
  contentOf,
  INCOMING_KINDS,
  type IncomingChannelMessage,
  type IncomingKind,
  type IncomingOf,
} from "./chat-events.ts";
import type { BackendHost, Emit, HostChannels, HostNetwork } from "./host.ts";
import { prefixOf } from "./metadata.ts";
import type { NetworkSession } from "./network.ts";
import { type Recognised, recognise, type Self } from "./recognise.ts";
import { stripPrefix } from "./strip-prefix.ts";

/** What lasts over all connections of one backend. */
export interface HostDeps<Config> {
  readonly type: string;
  readonly id: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly client: BackendClient;
  /** The settings of the moment. */
  readonly config: () => Config;
  readonly spec: BackendSpec<Config>;
  readonly go: Promise<void>;
  readonly leave: () => void;
  readonly network: HostNetwork;
  readonly onNotice: (callback: (line: string) => void) => () => void;
  self: Self | undefined;
}

/** Once the connection is over, whatever a forgotten listener calls is ignored. */
export function createHost<Config>(
  deps: HostDeps<Config>,
  { signal, ended }: NetworkSession,
): BackendHost<Config> {
  const { type, id, log, clock, random, client, go } = deps;
  const unlessOver: Guard = (call, dropped) => {
    return (given) => {
      if (ended.aborted) return undefined;
      try {
        return call(given);
      } catch (reason) {
        // A mistake must not throw into the network's own listeners.
        log.warn({ error: reason }, dropped);
        return undefined;
      }
    };
  };
  return {
    ...{ type, id, log, clock, random, go, signal },
    get config() {
      return deps.config();
    },
    get self(): Self | undefined {
      return deps.self;
    },
    set self(self: Self | string | undefined) {
      if (!ended.aborted) deps.self = typeof self === "string" ? { name: self } : self;
    },
    onNotice: (callback) => {
      if (ended.aborted) return () => undefined;
      const forget = deps.onNotice(callback);
      ended.addEventListener("abort", forget, { once: true });
      return forget;
    },
    leave: () => {
      if (!ended.aborted) deps.leave();
    },
    network: {
      away: unlessOver((reason) => deps.network.away(String(reason)), "a report is not valid"),
      back: unlessOver<void, void>(() => deps.network.back(), "a report is not valid"),
    },
    emit: createEmit(deps, unlessOver),
    channels: createChannels(client, unlessOver),
    core: {
      get state() {
        return client.state;
      },
      states: () => client.states(),
      ready: () => client.ready(),
    },
  };
}

type Guard = <Given, Result>(
  call: (given: Given) => Result,
  dropped: string,
) => (given: Given) => Result | undefined;

function createEmit<Config>(deps: HostDeps<Config>, unlessOver: Guard): Emit {
  const { client } = deps;
  const dropped = "an event is not valid, and is dropped";
  const method = (kind: IncomingKind) =>
    unlessOver((incoming: never) => client.emit(chatEvent(kind, incoming)), dropped);
  const methods = Object.fromEntries(INCOMING_KINDS.map((kind) => [kind, method(kind)])) as {
    readonly [Kind in IncomingKind]: (incoming: IncomingOf<Kind>) => void;
  };
  return {
    ...methods,
    plainMessage: methods.message,
    message: unlessOver((incoming: IncomingChannelMessage) => {
      const options = { prefix: prefixOf(deps.spec, deps.config()), self: deps.self };
      const event = recognised(incoming, options);
      client.emit(event);
      return event.inner.case as Recognised["kind"];
    }, dropped),
    get waiting() {
      return client.queuedEvents;
    },
    get dropped() {
      return client.droppedEvents;
    },
    flushed: () => client.flushed(),
  };
}

/** A command, a mention or a message, as its content reads. */
function recognised(
  incoming: IncomingChannelMessage,
  options: { readonly prefix: string; readonly self: Self | undefined },
) {
  const content = contentOf(incoming);
  const plain = typeof content === "string" ? content : plainText(content);
  const found = recognise(plain, options);
  if (found.kind === "command") return chatEvent("command", { ...incoming, ...found });
  if (found.kind === "message") return chatEvent("message", incoming);
  const rest =
    typeof content === "string"
      ? { text: content.slice(found.skip).trim() }
      : { block: stripPrefix(content, found.skip) };
  return chatEvent("mention", { ...incoming, ...rest });
}

function createChannels({ channels }: BackendClient, unlessOver: Guard): HostChannels {
  const dropped = "a channel is not valid, and is left out";
  return {
    joined: unlessOver((channel) => channels.joined(channel), dropped),
    left: unlessOver((id) => channels.left(id), dropped),
    changed: unlessOver((channel) => channels.changed(channel), dropped),
    get: channels.get,
    all: () => channels.all(),
    settled: unlessOver<void, void>(() => channels.settled(), dropped),
  };
}
