/** Makes the host that `connect` is given, anew for each connection. */
import { type Block, plainText } from "@seabird-chat/protocol";
import { onAbort } from "../link/abortable.ts";
import { hasNewBlocks } from "../link/base-block.ts";
import type { Clock, Random } from "../link/clock.ts";
import { addressAtCore } from "../link/connection.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import type { BackendSpec } from "./backend.ts";
import type { BackendClient } from "./backend-client.ts";
import type { BackendCapabilities } from "./capabilities.ts";
import { chatEvent, contentOf, type IncomingKind, type IncomingOf } from "./chat-events.ts";
import type { BackendHost, Emit, HostChannels, HostMembers, HostNetwork } from "./host.ts";
import type { IncomingChannelMessage } from "./incoming.ts";
import { prefixOf } from "./metadata.ts";
import type { NetworkSession } from "./network.ts";
import { type Recognised, recognise, type Self } from "./recognise.ts";
import { ReportedPlaces } from "./reported-places.ts";
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
  readonly setCapabilities: (capabilities: BackendCapabilities) => void;
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
  /** Once the connection is over, nobody is called back. */
  const whileConnected = <Callback>(listen: (callback: Callback) => () => void) => {
    return (callback: Callback): (() => void) => {
      if (ended.aborted) return () => undefined;
      const undo = listen(callback);
      const forget = onAbort(ended, undo);
      return () => {
        forget();
        undo();
      };
    };
  };
  const places = new ReportedPlaces(deps);
  const away = unlessOver(
    (reason: string) => deps.network.away(String(reason)),
    "a report is not valid",
  );
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
    onNotice: whileConnected(deps.onNotice),
    leave: () => {
      if (!ended.aborted) deps.leave();
    },
    network: {
      away,
      back: unlessOver<void, void>(() => deps.network.back(), "a report is not valid"),
    },
    networkLost: away,
    openAttachment: async ({ corePath }) => {
      if (corePath !== "") return client.readFile(corePath, ended);
      throw new SeabirdError("failed_precondition", "the file is not at core");
    },
    attachmentUrl: ({ url, corePath }) => {
      return url === "" && corePath !== "" ? addressAtCore(client, corePath) : url;
    },
    emit: createEmit(deps, places, unlessOver),
    channels: createChannels(client, places, unlessOver),
    members: createMembers(places, client, unlessOver),
    capabilities: {
      set: unlessOver(deps.setCapabilities, "capabilities are not valid, and stay as they were"),
    },
    core: {
      get state() {
        return client.state;
      },
      states: () => client.states(),
      ready: () => client.ready(),
      onNetworkChange: whileConnected((callback) => client.networkNews.on(callback)),
    },
  };
}

type Guard = <Given, Result>(
  call: (given: Given) => Result,
  dropped: string,
) => (given: Given) => Result | undefined;

const EVENT_DROPPED = "an event is not valid, and is dropped";

/** Makes the method that reports one kind of event. */
function reporter(places: ReportedPlaces, client: BackendClient, unlessOver: Guard) {
  return <Kind extends IncomingKind>(kind: Kind): ((incoming: IncomingOf<Kind>) => void) =>
    unlessOver((incoming) => client.emit(places.checked(chatEvent(kind, incoming))), EVENT_DROPPED);
}

function createMembers(
  places: ReportedPlaces,
  client: BackendClient,
  unlessOver: Guard,
): HostMembers {
  const report = reporter(places, client, unlessOver);
  return {
    joined: report("joined"),
    left: report("left"),
    removed: report("removed"),
    changed: report("changed"),
  };
}

function createEmit<Config>(
  deps: HostDeps<Config>,
  places: ReportedPlaces,
  unlessOver: Guard,
): Emit {
  const { client } = deps;
  const report = reporter(places, client, unlessOver);
  return {
    mention: report("mention"),
    action: report("action"),
    privateMessage: report("privateMessage"),
    privateAction: report("privateAction"),
    command: report("command"),
    plainMessage: report("message"),
    edited: report("edited"),
    deleted: report("deleted"),
    reaction: report("reaction"),
    typing: report("typing"),
    message: unlessOver((incoming: IncomingChannelMessage) => {
      const options = { prefix: prefixOf(deps.spec, deps.config()), self: deps.self };
      const event = places.checked(recognised(incoming, options));
      client.emit(event);
      return event.inner.case as Recognised["kind"];
    }, EVENT_DROPPED),
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
  const block = typeof content === "string" ? undefined : content;
  const found = recognise(plain, { ...options, block });
  if (found.kind === "command") {
    const skip = plain.trimEnd().length - found.arg.length;
    const argBlock = block && argBlockOf(block, skip);
    return chatEvent("command", { ...incoming, ...found, argBlock });
  }
  if (found.kind === "message") return chatEvent("message", incoming);
  const rest = block
    ? { block: stripPrefix(block, found.skip) }
    : { text: plain.slice(found.skip).trim() };
  return chatEvent("mention", { ...incoming, ...rest });
}

/** The argument with its mentions, emoji and files; undefined if it has none. */
function argBlockOf(block: Block, skip: number): Block | undefined {
  if (!hasNewBlocks(block)) return undefined;
  const rest = stripPrefix(block, skip);
  return hasNewBlocks(rest) ? rest : undefined;
}

function createChannels(
  { channels }: BackendClient,
  places: ReportedPlaces,
  unlessOver: Guard,
): HostChannels {
  const dropped = "a channel is not valid, and is left out";
  return {
    joined: unlessOver((channel) => {
      places.checkId("a channel's id", channel?.id);
      places.checkId("a channel's parentId", channel?.parentId);
      channels.joined(channel);
    }, dropped),
    left: unlessOver((id) => {
      places.checkId("a channel's id", id);
      channels.left(id);
    }, dropped),
    changed: unlessOver((channel) => {
      places.checkId("a channel's id", channel?.id);
      channels.changed(channel);
    }, dropped),
    get: channels.get,
    all: () => channels.all(),
    settled: unlessOver<void, void>(() => channels.settled(), dropped),
  };
}
