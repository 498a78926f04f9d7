/** Checks where reported events are: by the network's own ids, and in channels that were announced. */
import { backendId, type ChatEvent, parseId } from "@seabird-chat/protocol";
import type { Log } from "../program/log.ts";
import type { TrackedChannel } from "./channels.ts";

/** Channels of which it is said that they were not announced. */
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

/** The fields of all reported kinds in which ids are. */
interface Fields {
  readonly channelId?: string;
  readonly user?: Named;
  readonly author?: Named;
  readonly source?: { readonly channelId?: string; readonly user?: Named; readonly id?: string };
  readonly conversation?: { readonly where: { readonly case?: string; readonly value?: string } };
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
    const { channelId, user, author, source, conversation } = event.inner.value as Fields;
    const { case: kind, value } = conversation?.where ?? {};
    const channel = channelId ?? source?.channelId ?? (kind === "channelId" ? value : undefined);
    this.checkId("channel", channel);
    for (const person of [user, author, source?.user, source]) this.checkId("user", person?.id);
    if (kind === "userId") this.checkId("user", value);
    if (channel !== undefined) this.#warnOfUnknown(channel);
    return event;
  }

  checkId(what: string, id: unknown): void {
    if (typeof id !== "string" || !id.startsWith(this.#own)) return;
    const relative = JSON.stringify(parseId(id)?.relative ?? "");
    const wanted = `give the network's own id, such as ${relative}`;
    throw new TypeError(`${what} is ${JSON.stringify(id)}; ${wanted}`);
  }

  /** Core does not know whether it is private, and no plugin finds it. */
  #warnOfUnknown(channel: string): void {
    const { client, log } = this.#deps;
    if (this.#warned.size >= MAX_WARNED || client.channels.get(channel) !== undefined) return;
    if (this.#warned.has(channel)) return;
    this.#warned.add(channel);
    log.warn(
      { channel },
      "an event is in a channel that was not announced: call host.channels.joined",
    );
  }
}
