/** What is heard in a linked channel becomes deliveries to the channels where its links lead. */
import { plainText, type User } from "@seabird-chat/sdk";
import { authorNameOf, authorOf, nameOf, showIn } from "./author.ts";
import { CarriedTopics } from "./carried-topics.ts";
import type { ChannelMessage } from "./channel-message.ts";
import type { Answered, Author, Delivery } from "./delivery.ts";
import { digestOf } from "./digest.ts";
import { isIgnoredPerson } from "./ignored.ts";
import { type Link, onceEach, type Route } from "./links.ts";
import type { BridgedMessage } from "./message-map.ts";
import type { Namesakes } from "./namesakes.ts";
import { OpenRoutes, type OpenRoutesDeps } from "./open-routes.ts";
import type { Tags } from "./own-tags.ts";
import type { PresenceLine } from "./presence.ts";
import type { Reactions } from "./reactions.ts";
import { type CarriedAuthor, RecentAuthors } from "./recent-authors.ts";
import { looksLikeCommand, plainName, silentName, withoutNames } from "./shown-name.ts";
import { silentMentions } from "./silent-mentions.ts";
import { TypingLimits } from "./typing-limits.ts";

export interface CrossingDeps extends OpenRoutesDeps {
  readonly reactions: Reactions;
  readonly namesakes: Namesakes;
  readonly push: (channel: string, delivery: Delivery) => void;
  /** Waits a little for what is being delivered to a channel; resolves with whether anything was. */
  readonly settled: (channel: string) => Promise<boolean>;
  /** Milliseconds for which an edit is said again where none can be made. */
  readonly editWindowMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Crossing {
  readonly authors = new RecentAuthors();
  readonly #deps: CrossingDeps;
  readonly #routes: OpenRoutes;
  readonly #typing: TypingLimits;
  readonly #topics = new CarriedTopics();

  constructor(deps: CrossingDeps) {
    this.#deps = deps;
    this.#routes = new OpenRoutes(deps);
    this.#typing = new TypingLimits(deps.now);
  }

  /** Undefined: it does not cross. */
  async message(said: ChannelMessage): Promise<BridgedMessage | undefined> {
    const { map, push } = this.#deps;
    const origin = await this.#routes.of(said.channelId);
    const words = plainText(said.block);
    const routes = await this.#routes.allowed(origin.routes, said, words);
    if (routes.length === 0) return undefined;
    if (said.user !== undefined) this.#typing.said(said.channelId, said.user.id);
    const answered = await this.#answered(said);
    const ids = said.id === "" ? [] : [said.id];
    const digest = digestOf(words);
    const signed = await this.#signed(said, words);
    const message = map.add(said.channelId, ids, { digest, author: authorNameOf(signed) });
    const block = silentMentions(said.block);
    const authors = new Map<Link, Author | undefined>();
    for (const { link, to } of routes) {
      if (!authors.has(link)) authors.set(link, this.#heard(signed, link));
      const author = authors.get(link);
      push(to, {
        ...{ kind: "message", message: message.id, author, isAction: said.isAction },
        ...{ block, answered, thread: origin.thread },
        tags: this.#deps.tags.ofCopy(said, author),
      });
    }
    return message;
  }

  /** Who speaks, as that link shows them. */
  #heard(said: ChannelMessage, link: Link): Author | undefined {
    const { namesakes } = this.#deps;
    const { user, channelId } = said;
    if (user !== undefined) namesakes.heard(link.name, user, showIn(link, channelId));
    const author = authorOf(said, link, namesakes);
    if (author !== undefined && author.id !== "") {
      this.authors.note({ name: author.name, id: author.id, channelId });
    }
    return author;
  }

  /** Of a message that is known; the new content is the whole one. */
  async edit(said: ChannelMessage): Promise<void> {
    const { map, push, now, editWindowMs, namesakes } = this.#deps;
    const message = await this.#find(said.channelId, said.id);
    if (message === undefined || !this.#routes.mayCross(said.tags)) return;
    const words = plainText(said.block);
    const digest = digestOf(words);
    const isNews = digest !== message.digest && now() - message.at.getTime() <= editWindowMs();
    const { routes } = await this.#routes.of(said.channelId);
    map.setDigest(message, digest);
    const block = silentMentions(said.block);
    const signed = await this.#signed(said, words);
    for (const route of await this.#routes.allowed(routes, said, words)) {
      const author = authorOf(signed, route.link, namesakes);
      const content = { author, isAction: said.isAction, block };
      push(route.to, { kind: "edit", message: message.id, ...content, isNews });
    }
  }

  async deletion(
    channelId: string,
    { ids, reason, tags }: { ids: readonly string[]; reason: string; tags: Tags },
  ): Promise<void> {
    if (!this.#routes.mayCross(tags)) return;
    // Also out of a channel that has become private, and while a guard pauses: it takes words back.
    const { routes } = await this.#routes.every(channelId);
    const seen = new Set<number>();
    for (const id of ids) {
      const message = await this.#find(channelId, id);
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
    const { reactions } = this.#deps;
    const { emoji, user, removed } = reaction;
    const message = await this.#find(channelId, reaction.messageId);
    if (message === undefined || !this.#routes.mayCross(reaction.tags)) return;
    const by = user?.id || undefined;
    if (emoji === "" || (removed && by === undefined)) {
      for (const gone of await reactions.removeAll(message.id, by)) {
        const change = { ...reaction, emoji: gone, removed: true, isShown: false };
        await this.#react(channelId, message, change);
      }
      return;
    }
    if (by === undefined) return;
    // One that is shown nowhere is not counted: the next person's would be the second.
    if (!removed && (await this.#reactionRoutes(channelId, user)).length === 0) return;
    const { count, isChanged } = await reactions.change(message.id, { emoji, by, removed });
    if (!isChanged) return;
    // The bot's own is there from the first to the last.
    const isShown = removed ? count > 0 : count > 1;
    await this.#react(channelId, message, { ...reaction, isShown });
  }

  /** `isActive` only: that it has stopped ends by itself. */
  async typing(channelId: string, user: User): Promise<readonly string[]> {
    const routes = await this.#routes.quiet(
      channelId,
      (link) => link.typing && hearsOf(link, user),
    );
    if (routes.length === 0 || (await this.#deps.facts.isOwnBot(channelId, user))) return [];
    if (!this.#typing.mayShow(channelId, user.id)) return [];
    return routes.map(({ to }) => to).filter((to) => this.#typing.isDue(to));
  }

  async topic(channelId: string, topic: string): Promise<void> {
    if (this.#topics.isOurs(channelId, topic)) return;
    for (const { to } of await this.#routes.quiet(channelId, ({ topics }) => topics)) {
      if (this.#deps.facts.topicOf(to) === topic) continue;
      this.#topics.carried(to, topic);
      this.#deps.push(to, { kind: "topic", topic });
    }
  }

  /** A line about what happens in a channel, to those who asked for it. */
  async presence(channelId: string, lineOf: PresenceLine): Promise<void> {
    for (const { link, to } of await this.#routes.quiet(channelId, ({ joins }) => joins)) {
      const line = lineOf((user) => hearsOf(link, user));
      if (line !== "") this.#deps.push(to, { kind: "line", text: line });
    }
  }

  /**
   * What a plugin says has no name in front. A person may have chosen the words, and a bot on the other
   * side may do more for our bot than for that person: a command there has the bot's name.
   */
  async #signed(said: ChannelMessage, words: string): Promise<ChannelMessage> {
    if (said.user !== undefined || said.persona !== undefined) return said;
    if (!looksLikeCommand(words)) return said;
    const { nick } = await this.#deps.facts.backend(said.channelId);
    return { ...said, persona: { displayName: nick === "" ? "bot" : nick, avatarUrl: "" } };
  }

  async #react(
    channelId: string,
    message: BridgedMessage,
    { emoji, user, removed, isShown }: ReactionChange,
  ): Promise<void> {
    const { namesakes } = this.#deps;
    for (const { link, to } of await this.#reactionRoutes(channelId, user)) {
      const isLine = link.reactions === "line" && !removed;
      if (isShown && !isLine) continue;
      if (!this.#deps.guards.mayPass(link)) continue;
      const name = silentName(nameOf(user, link, { channelId, namesakes }));
      const line = isLine ? `* ${name}: ${plainName(emoji, "?")}` : "";
      this.#deps.push(to, { kind: "react", message: message.id, emoji, removed, isShown, line });
    }
  }

  #reactionRoutes(channelId: string, user: User | undefined): Promise<readonly Route[]> {
    return this.#routes.quiet(
      channelId,
      (link) => link.reactions !== "off" && (user === undefined || hearsOf(link, user)),
    );
  }

  /** The channels of which people are heard here: none that does not lead here. */
  async heardHere(channelId: string): Promise<ReadonlySet<string>> {
    const { channel } = await this.#routes.every(channelId);
    const heard = new Set<string>();
    for (const source of this.#deps.links().sourcesOf(channel)) {
      const { routes } = await this.#routes.of(source);
      if (routes.some(({ to }) => to === channel)) heard.add(source);
    }
    return heard;
  }

  /** Who was carried over to here under a name. */
  async authorsOf(name: string, channelId: string): Promise<readonly CarriedAuthor[]> {
    const heard = await this.heardHere(channelId);
    const sources = new Set<string>();
    for (const source of this.authors.channels()) {
      const { channel } = await this.#routes.every(source);
      if (heard.has(channel)) sources.add(source);
    }
    return this.authors.find(name, sources);
  }

  /** The copy that it is about may just have been sent. */
  async #find(channel: string, id: string): Promise<BridgedMessage | undefined> {
    const { map, settled, facts } = this.#deps;
    const message = await map.find(channel, id);
    if (message !== undefined || id === "") return message;
    const queue = facts.threadOf(channel)?.parent ?? channel;
    return (await settled(queue)) ? await map.find(channel, id) : undefined;
  }

  async #answered({ channelId, replyTo }: ChannelMessage): Promise<Answered | undefined> {
    if (replyTo === undefined) return undefined;
    const parent = this.#deps.facts.threadOf(channelId)?.parent;
    // While the storage is away, an answer crosses all the same, with a quotation.
    const find = (channel: string) => this.#find(channel, replyTo.id).catch(() => undefined);
    const message =
      (await find(channelId)) ?? (parent === undefined ? undefined : await find(parent));
    const shown = replyTo.author?.displayName ?? "";
    if (message === undefined && shown === "" && replyTo.text === "") return undefined;
    // What this side has may be the bot's copy.
    const author = message?.author ?? (shown === "" ? "" : plainName(shown, ""));
    return { message: message?.id, author, text: withoutNames(replyTo.text, author) };
  }
}

interface ReactionChange {
  readonly emoji: string;
  readonly user: User | undefined;
  readonly removed: boolean;
  /** Whether the bot shows that emoji all the same, for others. */
  readonly isShown: boolean;
}

/** Whether a link carries what that person does. */
function hearsOf({ bots, ignore }: Link, user: User): boolean {
  return (bots || !user.isBot) && !isIgnoredPerson(user, ignore);
}
