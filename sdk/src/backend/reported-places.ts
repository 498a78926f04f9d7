/** Checks where reported events are: by the network's own ids, and in channels that were announced. */
import { type Block, backendId, type ChatEvent, parseId, walkBlocks } from "@seabird-chat/protocol";
import type { Log } from "../program/log.ts";
import type { TrackedChannel } from "./channels.ts";

/** Warnings of things that are reported nevertheless. */
const MAX_WARNED = 16;

export interface ReportedPlacesDeps {
  readonly type: string;
  readonly id: string;
  readonly log: Log;
  readonly client: { readonly channels: { get(id: string): TrackedChannel | undefined } };
}

interface Named {
  readonly id?: string;
}

interface Place {
  readonly where: { readonly case?: string; readonly value?: string };
}

/** The fields of all reported kinds in which ids are. */
interface Fields {
  readonly channelId?: string;
  readonly user?: Named;
  readonly author?: Named;
  readonly by?: Named;
  readonly before?: Named;
  readonly source?: { readonly channelId?: string; readonly user?: Named; readonly id?: string };
  readonly conversation?: Place;
  readonly info?: { readonly replyTo?: { readonly author?: Named; readonly conversation?: Place } };
  readonly rootBlock?: Block;
  readonly argBlock?: Block;
}

export class ReportedPlaces {
  readonly #deps: ReportedPlacesDeps;
  readonly #own: string;
  readonly #warned = new Set<string>();

  constructor(deps: ReportedPlacesDeps) {
    this.#deps = deps;
    this.#own = `${backendId(deps)}/`;
  }

  /** Throws a TypeError for an id as plugins write it. */
  checked(event: ChatEvent): ChatEvent {
    const fields = event.inner.value as Fields;
    const { channelId, user, author, by, before, source, conversation } = fields;
    const replyTo = fields.info?.replyTo;
    const people = [user, author, by, before, source?.user, source, replyTo?.author];
    for (const person of people) this.checkId("user", person?.id);
    const { case: kind, value } = conversation?.where ?? {};
    const channel = channelId ?? source?.channelId ?? (kind === "channelId" ? value : undefined);
    this.checkId("channel", channel);
    if (kind === "userId") this.checkId("user", value);
    this.checkId("replyTo.conversation", replyTo?.conversation?.where.value);
    if (channel !== undefined) this.#warnOfUnknown(channel);
    this.#warnOfMentions(fields.rootBlock ?? fields.argBlock);
    return event;
  }

  checkId(what: string, id: unknown): void {
    const problem = this.#problemOf(what, id);
    if (problem !== undefined) throw new TypeError(problem);
  }

  #problemOf(what: string, id: unknown): string | undefined {
    if (typeof id !== "string" || !id.startsWith(this.#own)) return undefined;
    const wanted = `give the network's own id, such as ${JSON.stringify(parseId(id)?.relative ?? "")}`;
    return `${what} is ${JSON.stringify(id)}; ${wanted}`;
  }

  /** People may write what reads as such a mention, and must not hide a message by it. */
  #warnOfMentions(content: Block | undefined): void {
    if (content === undefined) return;
    for (const { inner } of walkBlocks(content)) {
      if (inner.case !== "mention") continue;
      const problem = this.#problemOf("a mention's id", inner.value.target.value);
      if (problem !== undefined) this.#warnOnce({ problem }, "a mention names nobody");
    }
  }

  /** Core does not know whether it is private, and no plugin finds it. */
  #warnOfUnknown(channel: string): void {
    if (this.#deps.client.channels.get(channel) !== undefined) return;
    const told = "an event is in a channel that was not announced: call host.channels.joined";
    this.#warnOnce({ channel }, told);
  }

  #warnOnce(fields: Readonly<Record<string, string>>, told: string): void {
    const key = JSON.stringify(fields);
    if (this.#warned.size >= MAX_WARNED || this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#deps.log.warn(fields, told);
  }
}
