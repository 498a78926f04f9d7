/** Threads as channels: `<channel id>/<root event id>`, such as `#lobby:example.org/$abc`. Pure but for what is known. */

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
  if (at <= 0) return undefined;
  return { channelId: channelId.slice(0, at), rootEventId: channelId.slice(at + 1) };
}
