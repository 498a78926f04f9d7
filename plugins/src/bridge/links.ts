/** The links of the settings, resolved: which channel leads where, and what crosses there. Pure. */
import { absoluteId, parseId } from "@seabird-chat/protocol";
import type { BridgeSettings, LinkSettings } from "./settings.ts";

export interface Link {
  readonly name: string;
  /** Absolute ids, in normal form; where people are heard. */
  readonly from: readonly string[];
  /** Where they are repeated. */
  readonly to: readonly string[];
  /** Whether a private channel may be in it. */
  readonly isPrivate: boolean;
  readonly names: string;
  readonly topics: boolean;
  readonly typing: boolean;
  readonly joins: boolean;
  readonly bots: boolean;
  readonly reactions: "native" | "line" | "off";
  readonly ignore: BridgeSettings["ignore"];
}

/** One way from a channel to another. */
export interface Route {
  readonly link: Link;
  readonly from: string;
  readonly to: string;
}

export class Links {
  readonly all: readonly Link[];
  readonly #routes = new Map<string, Route[]>();

  /** `others`: made in the chat; one of the file with the same name counts. */
  constructor(settings: BridgeSettings, others: Readonly<Record<string, LinkSettings>> = {}) {
    const all = { ...others, ...settings.links };
    this.all = Object.entries(all).map(([name, link]) => resolve(name, link, settings));
    for (const link of this.all) {
      for (const from of link.from) {
        const routes = link.to.filter((to) => to !== from).map((to) => ({ link, from, to }));
        this.#routes.set(from, [...(this.#routes.get(from) ?? []), ...routes]);
      }
    }
  }

  /** Where a channel leads; a destination of several links is there for each of them. */
  from(channelId: string): readonly Route[] {
    return this.#routes.get(channelId) ?? [];
  }

  /** The links that have a channel on either side. */
  of(channelId: string): readonly Link[] {
    return this.all.filter(({ from, to }) => from.includes(channelId) || to.includes(channelId));
  }

  /** From where something leads to a channel, each once. */
  sourcesOf(channelId: string): readonly string[] {
    const leading = this.all.filter(({ to }) => to.includes(channelId));
    return [...new Set(leading.flatMap(({ from }) => from))].filter((from) => from !== channelId);
  }

  /** All channels, each once. */
  channels(): readonly string[] {
    return [...new Set(this.all.flatMap(({ from, to }) => [...from, ...to]))];
  }
}

/** Each destination once, by the first link that leads there. */
export function onceEach(routes: readonly Route[]): readonly Route[] {
  const seen = new Set<string>();
  return routes.filter(({ to }) => !seen.has(to) && seen.add(to));
}

function resolve(name: string, given: LinkSettings, defaults: BridgeSettings): Link {
  const own = Array.isArray(given) ? undefined : (given as Exclude<LinkSettings, string[]>);
  const [from, to] = endsOf(given);
  return {
    name,
    from: from.map(normalChannel),
    to: to.map(normalChannel),
    isPrivate: own?.private ?? false,
    names: tellingNames(own?.names ?? defaults.names, [...from, ...to]),
    topics: own?.topics ?? defaults.topics,
    typing: own?.typing ?? defaults.typing,
    joins: own?.joins ?? defaults.joins,
    bots: own?.bots ?? defaults.bots,
    reactions: own?.reactions ?? defaults.reactions,
    ignore: own?.ignore ?? defaults.ignore,
  };
}

/** Networks of one name, as `init` proposes it, are told apart by their types. */
function tellingNames(names: string, channels: readonly string[]): string {
  const backends = [...new Set(channels.map(backendOfChannel))];
  const areApart = (nameOf: (id: string) => string) =>
    new Set(backends.map(nameOf)).size === backends.length;
  if (areApart((id) => networkOf(`${id}/`))) return names;
  const apart = areApart((id) => typeOf(`${id}/`)) ? "{type}" : "{type} {network}";
  return names.replaceAll("{network}", apart);
}

function endsOf(given: LinkSettings): readonly [readonly string[], readonly string[]] {
  if (Array.isArray(given)) return [given, given];
  if ("channels" in given) return [given.channels, given.channels];
  return [given.from, given.to];
}

/** In the form that core writes, so that ids can be compared. */
export function normalChannel(id: string): string {
  const parsed = parseId(id);
  return parsed === undefined ? id : absoluteId(parsed, parsed.relative);
}

/** `lobby` of `irc://libera/#lobby` on the network `libera`. */
export function networkOf(channelId: string): string {
  return parseId(channelId)?.id ?? channelId;
}

/** `irc` of `irc://libera/#lobby`. */
export function typeOf(channelId: string): string {
  return parseId(channelId)?.type ?? "";
}

export function channelNameOf(channelId: string): string {
  return parseId(channelId)?.relative ?? channelId;
}

export function backendOfChannel(channelId: string): string {
  const end = channelId.indexOf("/", channelId.indexOf("://") + 3);
  return end < 0 ? channelId : channelId.slice(0, end);
}

/** The first of several channels that are the same room is listened to. */
export function isHeardTwice(
  from: readonly string[],
  channelId: string,
  twins: ReadonlySet<string>,
) {
  return from.slice(0, from.indexOf(channelId)).some((each) => twins.has(each));
}
