/** Carries a delivery out: by the network's own means where it has them, else in words. */
import { type ActionClient, type Block, container, text } from "@seabird-chat/sdk";
import { copiedContent } from "./copied-content.ts";
import type { Answered, Author, Delivery, QueuedDelivery } from "./delivery.ts";
import type { MessageMap } from "./message-map.ts";
import type { OwnTags, Tags } from "./own-tags.ts";
import type { PeopleThere } from "./people-there.ts";
import { namePrefix, plainLine, silentName } from "./shown-name.ts";

export interface DelivererDeps {
  readonly core: ActionClient;
  readonly map: MessageMap;
  readonly tags: OwnTags;
  readonly threads: Threads;
  readonly people: PeopleThere;
  /** Bytes of a line on a channel's network; 0: not known, or without a limit. */
  readonly maxLineBytes: (channel: string) => Promise<number>;
}

/** Threads on all sides, by the message that they hang on. */
export interface Threads {
  /** The thread of a channel that hangs on a bridged message; undefined: none is known. */
  at(channel: string, message: number): string | undefined;
  /** A thread was begun. */
  add(thread: string, at: { readonly channel: string; readonly message: number }): void;
  parentOf(channel: string): string | undefined;
}

type Of<Kind extends Delivery["kind"]> = Extract<Delivery, { readonly kind: Kind }>;

/** What a delivery is carried out with. */
interface Run {
  readonly channel: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

export class Deliverer {
  readonly #deps: DelivererDeps;
  /** What was written the first time: core knows a repetition by its content. */
  readonly #written = new WeakMap<Copied, Copied>();

  constructor(deps: DelivererDeps) {
    this.#deps = deps;
  }

  /** Rejects as calls of core do. */
  async deliver(channel: string, queued: QueuedDelivery, signal: AbortSignal): Promise<void> {
    const { delivery, key } = queued;
    const run = { channel, key, signal };
    switch (delivery.kind) {
      case "message":
        return await this.#message(delivery, run);
      case "edit":
        return await this.#edit(delivery, run);
      case "delete":
        return await this.#delete(delivery, run);
      case "react":
        return await this.#react(delivery, run);
      case "line":
        return await this.#line(delivery.text, this.#deps.tags.ofNotice(), run);
      case "topic":
        return await this.#topic(delivery.topic, run);
    }
  }

  async #message(delivery: Of<"message">, run: Run): Promise<void> {
    const { core, map } = this.#deps;
    const { message, author, isAction, tags } = delivery;
    const thread = await this.#threadFor(delivery, run.channel);
    const where = { channelId: thread.channelId };
    const quote = await this.#replyOf(delivery.answered, where.channelId);
    const hasPersona = author !== undefined && (await core.can("persona", where));
    const maxLineBytes = await this.#deps.maxLineBytes(run.channel);
    const words = await this.#silent(delivery, run.channel);
    const body = contentOf(words, { hasPersona, maxLineBytes });
    const options = {
      ...{ idempotencyKey: run.key, signal: run.signal, tags },
      ...(hasPersona && author && { persona: personaOf(author) }),
      ...(thread.begins ?? (quote.replyTo && { replyTo: quote.replyTo })),
    };
    const content = quote.words === undefined ? body : container([quote.words, body]);
    const performs = isAction && (author === undefined || hasPersona);
    const sent = performs
      ? await core.performAction(where.channelId, content, options)
      : await core.sendMessage(where.channelId, content, options);
    map.addCopy(message, sent.channelId ?? where.channelId, sent.ids);
    if (thread.begins !== undefined && delivery.thread !== undefined) {
      const began = sent.channelId ?? run.channel;
      const at = { channel: run.channel, message: delivery.thread };
      if (began !== run.channel) this.#deps.threads.add(began, at);
    }
  }

  /** Where a message of a thread goes: the same thread there, a new one, or the channel itself. */
  async #threadFor({ thread, answered }: Of<"message">, channel: string) {
    if (thread === undefined) {
      // Whoever answers somebody in a thread answers there.
      const message = answered?.message;
      if (message === undefined) return { channelId: channel };
      return { channelId: await this.#placeOf(message, channel).catch(() => channel) };
    }
    const known = this.#deps.threads.at(channel, thread);
    if (known !== undefined) return { channelId: known };
    const [id] = await this.#deps.map.idsIn(thread, channel).catch(() => []);
    if (id === undefined) return { channelId: channel };
    if (await this.#deps.core.can("thread", { channelId: channel })) {
      return { channelId: channel, begins: { replyTo: { id }, startThread: true } };
    }
    return { channelId: channel };
  }

  /** By the network's own means, or as words in front, as while the storage is away. */
  async #replyOf(answered: Answered | undefined, channelId: string) {
    if (answered === undefined) return {};
    const { message, author, text: said } = answered;
    const [id] =
      message === undefined ? [] : await this.#deps.map.idsIn(message, channelId).catch(() => []);
    if (id !== undefined && (await this.#deps.core.can("reply", { channelId }))) {
      return { replyTo: { id, text: said, author: { id: "", displayName: author } } };
    }
    return { words: quoteOf(answered) };
  }

  async #edit(delivery: Of<"edit">, { channel, key, signal }: Run): Promise<void> {
    const { core, map, tags } = this.#deps;
    const where = { channelId: await this.#placeOf(delivery.message, channel) };
    const ids = await map.idsIn(delivery.message, where.channelId);
    const maxLineBytes = await this.#deps.maxLineBytes(channel);
    if (ids.length > 0 && (await core.can("edit", where))) {
      const hasPersona = delivery.author !== undefined && (await core.can("persona", where));
      const words = await this.#silent(delivery, channel);
      const content = contentOf(words, { hasPersona, maxLineBytes });
      const edited = await core.editMessage(where, ids, content, { signal, tags: tags.ofOwn() });
      if (edited.ids.length > 0) map.addCopy(delivery.message, where.channelId, edited.ids);
      return;
    }
    if (!delivery.isNews) return;
    const lead = namePart(delivery.author);
    const { block } = await this.#silent(delivery, channel);
    const content = copiedContent(block, { lead, maxLineBytes });
    const options = { idempotencyKey: key, signal, tags: tags.ofNotice() };
    await core.sendMessage(where.channelId, container([lead, "* ", content]), options);
  }

  /** A plugin answers people of the other side, whose names others have here. */
  async #silent(delivery: Copied, channel: string): Promise<Copied> {
    if (delivery.author !== undefined && delivery.author.id !== "") return delivery;
    const before = this.#written.get(delivery);
    if (before !== undefined) return before;
    const names = await this.#deps.people.in(channel);
    const written = { ...delivery, block: names.in(delivery.block) };
    this.#written.set(delivery, written);
    return written;
  }

  async #delete({ message, reason }: Of<"delete">, { channel, signal }: Run): Promise<void> {
    const { core, map, tags } = this.#deps;
    const where = { channelId: await this.#placeOf(message, channel) };
    const ids = await map.idsIn(message, where.channelId);
    if (ids.length === 0 || !(await core.can("delete", where))) return;
    await core.deleteMessages(where, ids, { reason, signal, tags: tags.ofOwn() });
  }

  async #react(reaction: Of<"react">, run: Run): Promise<void> {
    const { core, map, tags } = this.#deps;
    const { message, emoji, removed, isShown, line } = reaction;
    const where = { channelId: await this.#placeOf(message, run.channel) };
    const [id] = await map.idsIn(message, where.channelId);
    if (id !== undefined && (await core.can("react", where))) {
      if (isShown === true) return;
      const options = { removed, signal: run.signal, tags: tags.ofOwn() };
      return await core.react(where, id, emoji, options);
    }
    if (line !== "") await this.#line(line, tags.ofNotice(), run);
  }

  async #line(words: string, tags: Tags, { channel, key, signal }: Run): Promise<void> {
    await this.#deps.core.sendMessage(channel, text(words), { idempotencyKey: key, signal, tags });
  }

  async #topic(topic: string, { channel, signal }: Run): Promise<void> {
    const tags = this.#deps.tags.ofOwn();
    await this.#deps.core.updateChannelInfo(channel, { topic }, { signal, tags });
  }

  /** The channel, or the thread of it, where a copy is. */
  async #placeOf(message: number, channel: string): Promise<string> {
    const ids = await this.#deps.map.idsIn(message, channel);
    if (ids.length > 0) return channel;
    const others = await this.#deps.map.channelsOf(message);
    return others.find((each) => this.#deps.threads.parentOf(each) === channel) ?? channel;
  }
}

function personaOf({ id, name, avatarUrl }: Author) {
  return { id, displayName: name, ...(avatarUrl !== "" && { avatarUrl }) };
}

function namePart(author: Author | undefined): string {
  return author === undefined ? "" : namePrefix(author.name);
}

/** With the name in front, of each line, where the network shows no other one. */
function contentOf(
  { author, isAction, block }: Copied,
  { hasPersona, maxLineBytes }: Shown,
): Block {
  if (author === undefined || hasPersona) return copiedContent(block, { lead: "", maxLineBytes });
  const lead = namePrefix(author.name);
  const content = copiedContent(block, { lead, maxLineBytes });
  return container([isAction ? `* ${silentName(author.name)} ` : lead, content]);
}

type Copied = Pick<Of<"message">, "author" | "isAction" | "block">;

/** How the network shows it. */
interface Shown {
  readonly hasPersona: boolean;
  readonly maxLineBytes: number;
}

const MAX_QUOTE_CHARACTERS = 100;

/** As core quotes where a network has no replies. */
function quoteOf({ author, text: said }: Answered): Block | undefined {
  const name = author === "" ? "" : silentName(author);
  const words = plainLine(said).trim();
  const cut =
    words.length > MAX_QUOTE_CHARACTERS ? `${words.slice(0, MAX_QUOTE_CHARACTERS)}…` : words;
  const line = [name, cut].filter((each) => each !== "").join(": ");
  return line === "" ? undefined : text(`> ${line.toWellFormed()}\n`);
}
