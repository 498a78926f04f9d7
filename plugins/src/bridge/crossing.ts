/** What is heard in a linked channel becomes deliveries to the channels where its links lead. */
import { plainText, type User } from "@seabird-chat/sdk";
import { authorOf, nameOf } from "./author.ts";
import { CarriedTopics } from "./carried-topics.ts";
import type { ChannelFacts } from "./channel-facts.ts";
import type { ChannelMessage } from "./channel-message.ts";
import type { Threads } from "./deliverer.ts";
import type { Answered, Delivery } from "./delivery.ts";
import { digestOf } from "./digest.ts";
import { isIgnored } from "./ignored.ts";
import type { LinkGuards } from "./link-guards.ts";
import { isHeardTwice, type Links, onceEach, type Route } from "./links.ts";
import type { BridgedMessage, MessageMap } from "./message-map.ts";
import { hasBeenIn, isSkipped, type OwnTags, type Tags } from "./own-tags.ts";
import type { Reactions } from "./reactions.ts";
import { type CarriedAuthor, RecentAuthors } from "./recent-authors.ts";
import { plainName, silentName } from "./shown-name.ts";
import { silentMentions } from "./silent-mentions.ts";
import { TypingLimits } from "./typing-limits.ts";

export interface CrossingDeps {
  readonly links: () => Links;
  readonly facts: ChannelFacts;
  readonly map: MessageMap;
  readonly reactions: Reactions;
  readonly threads: Threads;
  readonly guards: LinkGuards;
  readonly tags: OwnTags;
  readonly push: (channel: string, delivery: Delivery) => void;
  /** Milliseconds for which an edit is said again where none can be made. */
  readonly editWindowMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where something comes from, and where it goes. */
interface Origin {
  /** The linked channel; of a thread its parent. */
  readonly channel: string;
  readonly routes: readonly Route[];
  /** The bridged message at which the thread hangs that it was said in. */
  readonly thread: number | undefined;
}

export class Crossing {
  readonly authors = new RecentAuthors();
  readonly #deps: CrossingDeps;
  readonly #typing: TypingLimits;
  readonly #topics = new CarriedTopics();

  constructor(deps: CrossingDeps) {
    this.#deps = deps;
    this.#typing = new TypingLimits(deps.now);
  }

  /** Undefined: it does not cross. */
  async message(said: ChannelMessage): Promise<BridgedMessage | undefined> {
    const { map, push } = this.#deps;
    const origin = await this.#origin(said.channelId);
    const words = plainText(said.block);
    const routes = await this.#allowed(origin.routes, said, words);
    if (routes.length === 0) return undefined;
    if (said.user !== undefined) this.#typing.said(said.channelId, said.user.id);
    const answered = await this.#answered(said);
    const ids = said.id === "" ? [] : [said.id];
    const message = map.add(said.channelId, ids, digestOf(words));
    const block = silentMentions(said.block);
    for (const { link, to } of routes) {
      const author = authorOf(said, link.names);
      if (author !== undefined && author.id !== "") {
        this.authors.note({ name: author.name, id: author.id, channelId: said.channelId });
      }
      push(to, {
        ...{ kind: "message", message: message.id, author, isAction: said.isAction },
        ...{ block, answered, thread: origin.thread },
        tags: this.#deps.tags.ofCopy(said, author),
      });
    }
    return message;
  }

  /** Of a message that is known; the new content is the whole one. */
  async edit(said: ChannelMessage): Promise<void> {
    const { map, push, now, editWindowMs } = this.#deps;
    const message = await map.find(said.channelId, said.id);
    if (message === undefined || !this.#mayCross(said.tags)) return;
    const words = plainText(said.block);
    const digest = digestOf(words);
    const isNews = digest !== message.digest && now() - message.at.getTime() <= editWindowMs();
    const { routes } = await this.#origin(said.channelId);
    map.setDigest(message, digest);
    const block = silentMentions(said.block);
    for (const route of await this.#allowed(routes, said, words)) {
      const author = authorOf(said, route.link.names);
      const content = { author, isAction: said.isAction, block };
      push(route.to, { kind: "edit", message: message.id, ...content, isNews });
    }
  }

  async deletion(
    channelId: string,
    { ids, reason, tags }: { ids: readonly string[]; reason: string; tags: Tags },
  ): Promise<void> {
    if (!this.#mayCross(tags)) return;
    // Also out of a channel that has become private, and while a guard pauses: it takes words back.
    const { routes } = await this.#everyRoute(channelId);
    const seen = new Set<number>();
    for (const id of ids) {
      const message = await this.#deps.map.find(channelId, id);
      if (message === undefined || seen.has(message.id)) continue;
      seen.add(message.id);
      const open = routes.filter(({ link }) => !this.#deps.guards.of(link).isStopped);
      for (const { to } of onceEach(open)) {
        this.#deps.push(to, { kind: "delete", message: message.id, reason });
      }
    }
  }

  async reaction(
    channelId: string,
    reaction: {
      readonly messageId: string;
      readonly emoji: string;
      readonly user: User | undefined;
      readonly removed: boolean;
      readonly tags: Tags;
    },
  ): Promise<void> {
    const { map, reactions } = this.#deps;
    const { emoji, user, removed } = reaction;
    const message = await map.find(channelId, reaction.messageId);
    if (message === undefined || !this.#mayCross(reaction.tags)) return;
    const by = user?.id || undefined;
    if (emoji === "" || (removed && by === undefined)) {
      for (const gone of await reactions.removeAll(message.id, by)) {
        await this.#react(channelId, message, { ...reaction, emoji: gone, removed: true });
      }
      return;
    }
    if (by === undefined) return;
    const { count, isChanged } = await reactions.change(message.id, { emoji, by, removed });
    // The bot's own is there from the first to the last.
    const isShown = isChanged && (removed ? count === 0 : count === 1);
    if (isShown) await this.#react(channelId, message, reaction);
  }

  /** `isActive` only: that it has stopped ends by itself. */
  async typing(channelId: string, user: User): Promise<readonly string[]> {
    const routes = await this.#quietRoutes(
      channelId,
      ({ typing, bots }) => typing && (bots || !user.isBot),
    );
    if (routes.length === 0 || (await this.#deps.facts.isOwnBot(channelId, user))) return [];
    if (!this.#typing.mayShow(channelId, user.id)) return [];
    return routes.map(({ to }) => to).filter((to) => this.#typing.isDue(to));
  }

  async topic(channelId: string, topic: string): Promise<void> {
    if (this.#topics.isOurs(channelId, topic)) return;
    for (const { to } of await this.#quietRoutes(channelId, ({ topics }) => topics)) {
      if (this.#deps.facts.topicOf(to) === topic) continue;
      this.#topics.carried(to, topic);
      this.#deps.push(to, { kind: "topic", topic });
    }
  }

  /** A line about what happens in a channel, to those who asked for it. */
  async presence(channelId: string, line: string): Promise<void> {
    for (const { to } of await this.#quietRoutes(channelId, ({ joins }) => joins)) {
      this.#deps.push(to, { kind: "line", text: line });
    }
  }

  async #react(
    channelId: string,
    message: BridgedMessage,
    { emoji, user, removed }: { emoji: string; user: User | undefined; removed: boolean },
  ): Promise<void> {
    const routes = await this.#quietRoutes(
      channelId,
      ({ reactions, bots }) => reactions !== "off" && (bots || user?.isBot !== true),
    );
    for (const { link, to } of routes) {
      if (!this.#deps.guards.mayPass(link)) continue;
      const name = silentName(nameOf(user, link.names, channelId));
      const isLine = link.reactions === "line" && !removed;
      const line = isLine ? `* ${name}: ${plainName(emoji, "?")}` : "";
      this.#deps.push(to, { kind: "react", message: message.id, emoji, removed, line });
    }
  }

  /** Where this channel leads. */
  async otherSides(channelId: string): Promise<readonly string[]> {
    const { routes } = await this.#origin(channelId);
    return onceEach(routes).map(({ to }) => to);
  }

  /** Who was carried over to here under a name; nobody of a channel that does not lead here. */
  async authorOf(name: string, channelId: string): Promise<CarriedAuthor | undefined> {
    const sources = new Set<string>();
    for (const source of this.authors.channels()) {
      const { routes } = await this.#origin(source);
      if (routes.some(({ to }) => to === channelId)) sources.add(source);
    }
    return this.authors.find(name, sources);
  }

  /** Of what is no message: the links that want it and are not paused. */
  async #quietRoutes(
    channelId: string,
    wants: (link: Route["link"]) => boolean,
  ): Promise<readonly Route[]> {
    const { guards } = this.#deps;
    const { routes } = await this.#origin(channelId);
    const open = routes.filter(({ link }) => wants(link) && !guards.of(link).isStopped);
    return onceEach(open).filter(({ link }) => !guards.of(link).isPaused);
  }

  /** With the ways that are open: no end of them is private in a link that does not say so. */
  async #origin(channelId: string): Promise<Origin> {
    const { facts } = this.#deps;
    const origin = await this.#everyRoute(channelId);
    if (origin.routes.length > 0) await facts.refresh(channelId);
    const routes = origin.routes.filter(({ link, to }) => {
      // Of a channel that core does not know nobody can tell. What was said in public may go anywhere.
      return link.isPrivate || (facts.isPrivate(channelId) === false && !facts.isPrivate(to));
    });
    return { ...origin, routes };
  }

  async #everyRoute(channelId: string): Promise<Origin> {
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

  async #allowed(
    routes: readonly Route[],
    said: ChannelMessage,
    words: string,
  ): Promise<readonly Route[]> {
    if (routes.length === 0 || !this.#mayCross(said.tags)) return [];
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

  #mayCross(tags: Tags): boolean {
    return !isSkipped(tags) && !this.#deps.tags.isOwn(tags);
  }

  async #answered({ channelId, replyTo }: ChannelMessage): Promise<Answered | undefined> {
    if (replyTo === undefined) return undefined;
    const { map, facts } = this.#deps;
    const parent = facts.threadOf(channelId)?.parent;
    const message =
      (await map.find(channelId, replyTo.id)) ??
      (parent === undefined ? undefined : await map.find(parent, replyTo.id));
    const author = replyTo.author?.displayName ?? "";
    if (message === undefined && author === "" && replyTo.text === "") return undefined;
    return {
      message: message?.id,
      author: author === "" ? "" : plainName(author, ""),
      text: replyTo.text,
    };
  }
}
