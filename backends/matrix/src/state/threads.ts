/**
 * Threads as channels: `<channel id>/<root event id>`, such as `#lobby:example.org/$abc`, and the newest
 * message of each. Bounded.
 */

import { cutUtf8 } from "@seabird-chat/protocol";
import type { BackendChannel } from "@seabird-chat/sdk/backend";

/** A thread is named by the event that it hangs on (specification: "Threading"). */
export interface ThreadPlace {
  readonly channelId: string;
  readonly rootEventId: string;
}

export function threadChannelId({ channelId, rootEventId }: ThreadPlace): string {
  return `${channelId}/${rootEventId}`;
}

/** Undefined: it is no thread. An alias may have slashes, so the last `/$` counts. */
export function parseThreadId(channelId: string): ThreadPlace | undefined {
  const at = channelId.lastIndexOf("/$");
  if (at <= 0 || at + 2 === channelId.length) return undefined;
  return { channelId: channelId.slice(0, at), rootEventId: channelId.slice(at + 1) };
}

/** Bytes of a thread's name. */
const MAX_NAME_BYTES = 64;

/** It is named as the message that it hangs on begins; `rootText`: what that says, if it is known. */
export function threadChannel(thread: ThreadPlace, rootText: string): BackendChannel {
  const id = threadChannelId(thread);
  const displayName = cutUtf8(rootText.split("\n", 1)[0] ?? "", MAX_NAME_BYTES) || id;
  return { id, displayName, parentId: thread.channelId, rootMessageId: thread.rootEventId };
}

/** Threads that are channels at once; the one that was used longest ago is left for a new one. */
export const MAX_THREADS = 1_000;

export class Threads {
  readonly #max: number;
  readonly #onLeft: (channelId: string) => void;
  /** The newest message by the thread's channel, in the order of use. */
  readonly #latest = new Map<string, string>();

  /** `onLeft`: a thread is no channel any more, since too many are, or its room was left. */
  constructor(onLeft: (channelId: string) => void, max = MAX_THREADS) {
    this.#onLeft = onLeft;
    this.#max = max;
  }

  /** Whether it is a channel already. */
  has(thread: ThreadPlace): boolean {
    return this.#latest.has(threadChannelId(thread));
  }

  /** A message was sent to the thread, or came from it. True: it is a channel from now on. */
  used(thread: ThreadPlace, eventId: string): boolean {
    const id = threadChannelId(thread);
    const isNew = !this.#latest.delete(id);
    this.#latest.set(id, eventId);
    const [oldest = id] = this.#latest.keys();
    if (this.#latest.size > this.#max) this.#forget(oldest);
    return isNew;
  }

  /** What a message that answers none falls back to answer, for clients without threads. */
  latest(thread: ThreadPlace): string {
    return this.#latest.get(threadChannelId(thread)) ?? thread.rootEventId;
  }

  /** It is no channel any more, until it is used again; `onLeft` is not called. */
  left(thread: ThreadPlace): void {
    this.#latest.delete(threadChannelId(thread));
  }

  /** The bot has left a room: its threads go with it. */
  roomLeft(channelId: string): void {
    for (const id of [...this.#latest.keys()]) {
      if (parseThreadId(id)?.channelId === channelId) this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#latest.delete(id);
    this.#onLeft(id);
  }
}
