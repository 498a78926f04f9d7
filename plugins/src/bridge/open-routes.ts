/** The ways out of a channel that are open: by its links, their guards, and who may read what. */
import type { ChannelFacts } from "./channel-facts.ts";
import type { ChannelMessage } from "./channel-message.ts";
import type { Threads } from "./deliverer.ts";
import { isIgnored } from "./ignored.ts";
import type { LinkGuards } from "./link-guards.ts";
import { isHeardTwice, type Links, onceEach, type Route } from "./links.ts";
import type { MessageMap } from "./message-map.ts";
import { hasBeenIn, isSkipped, type OwnTags, type Tags } from "./own-tags.ts";

export interface OpenRoutesDeps {
  readonly links: () => Links;
  readonly facts: ChannelFacts;
  readonly map: MessageMap;
  readonly threads: Threads;
  readonly guards: LinkGuards;
  readonly tags: OwnTags;
}

/** Where something comes from, and where it goes. */
export interface Origin {
  /** The linked channel; of a thread its parent. */
  readonly channel: string;
  readonly routes: readonly Route[];
  /** The bridged message at which the thread hangs that it was said in. */
  readonly thread: number | undefined;
}

export class OpenRoutes {
  readonly #deps: OpenRoutesDeps;

  constructor(deps: OpenRoutesDeps) {
    this.#deps = deps;
  }

  /** Of what is no message: the links that want it and are not paused. */
  async quiet(
    channelId: string,
    wants: (link: Route["link"]) => boolean,
  ): Promise<readonly Route[]> {
    const { guards } = this.#deps;
    const { routes } = await this.of(channelId);
    const open = routes.filter(({ link }) => wants(link) && !guards.of(link).isStopped);
    return onceEach(open).filter(({ link }) => !guards.of(link).isPaused);
  }

  /** With the ways that are open: no end of them is private in a link that does not say so. */
  async of(channelId: string): Promise<Origin> {
    const { facts } = this.#deps;
    const origin = await this.every(channelId);
    if (origin.routes.length > 0) await facts.refresh(channelId);
    const routes = origin.routes.filter(({ link, to }) => {
      // Of a channel that core does not know nobody can tell. What was said in public may go anywhere.
      return link.isPrivate || (facts.isPrivate(channelId) === false && !facts.isPrivate(to));
    });
    return { ...origin, routes };
  }

  /** Also the ways that are not open. */
  async every(channelId: string): Promise<Origin> {
    const { facts, map, threads } = this.#deps;
    const links = this.#deps.links();
    const own = links.from(channelId);
    const thread = facts.threadOf(channelId);
    if (own.length > 0 || thread === undefined) {
      return { channel: channelId, routes: own, thread: undefined };
    }
    const root = await map.find(thread.parent, thread.rootMessageId);
    if (root !== undefined) threads.add(channelId, { channel: thread.parent, message: root.id });
    return { channel: thread.parent, routes: links.from(thread.parent), thread: root?.id };
  }

  /** The ways on which a message may go; what crosses a link is counted by its guard. */
  async allowed(
    routes: readonly Route[],
    said: ChannelMessage,
    words: string,
  ): Promise<readonly Route[]> {
    if (routes.length === 0 || !this.mayCross(said.tags)) return [];
    const { facts, guards } = this.#deps;
    const { user, channelId } = said;
    if (user !== undefined && (await facts.isOwnBot(channelId, user))) return [];
    const twins = await facts.twins(
      channelId,
      routes.map(({ to }) => to),
    );
    const open = routes.filter(({ link, to }) => {
      if (guards.of(link).isStopped || (user?.isBot === true && !link.bots)) return false;
      if (isIgnored(said, words, link.ignore)) return false;
      if (twins.size > 0 && isHeardTwice(link.from, channelId, twins)) return false;
      return !twins.has(to) && !hasBeenIn(said.tags, link, to);
    });
    const decisions = new Map<string, boolean>();
    return onceEach(open).filter(({ link }) => {
      const mayPass = decisions.get(link.name) ?? guards.mayPass(link, { words, channelId });
      decisions.set(link.name, mayPass);
      return mayPass;
    });
  }

  /** Neither marked to stay where it is, nor this bridge's own doing. */
  mayCross(tags: Tags): boolean {
    return !isSkipped(tags) && !this.#deps.tags.isOwn(tags);
  }
}
