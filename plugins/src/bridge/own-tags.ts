/** The tags by which a bridge marks what it sends, and knows it again. Pure. */
import {
  PROXY_SKIP_TAG,
  PROXY_SOURCE_CHANNEL_ID_TAG,
  PROXY_SOURCE_CHANNEL_NAME_TAG,
  PROXY_SOURCE_USER_ID_TAG,
  PROXY_SOURCE_USER_NAME_TAG,
  URL_SKIP_TAG,
} from "@seabird-chat/protocol";
import { channelNameOf, type Link } from "./links.ts";

/** Names the bridge whose doing it was; random, kept in its storage. */
const BRIDGE_TAG = "bridge/id";
/** The channels that a message has been in before, with blanks between them; ids have none. */
const PATH_TAG = "bridge/path";
/** Longer paths do not go on. */
const MAX_PATH_CHANNELS = 8;

export type Tags = Readonly<Record<string, string>>;

export class OwnTags {
  readonly #bridgeId: string;

  constructor(bridgeId: string) {
    this.#bridgeId = bridgeId;
  }

  /** Of a copy; of a copy of another bridge's copy, with where that came from. Links in it were announced where it was said. */
  ofCopy(
    { channelId, tags }: { readonly channelId: string; readonly tags: Tags },
    author?: { readonly id: string; readonly name: string },
  ): Tags {
    return {
      ...this.ofOwn(),
      [URL_SKIP_TAG]: "1",
      [PATH_TAG]: [...pathOf(tags), channelId].join(" "),
      [PROXY_SOURCE_CHANNEL_ID_TAG]: channelId,
      [PROXY_SOURCE_CHANNEL_NAME_TAG]: channelNameOf(channelId),
      ...(author && { [PROXY_SOURCE_USER_ID_TAG]: author.id }),
      ...(author && { [PROXY_SOURCE_USER_NAME_TAG]: author.name }),
    };
  }

  /** Of what the bridge itself has to say, which no other bridge carries on. */
  ofNotice(): Tags {
    return { ...this.ofOwn(), [PROXY_SKIP_TAG]: "1", [URL_SKIP_TAG]: "1" };
  }

  ofOwn(): Tags {
    return { [BRIDGE_TAG]: this.#bridgeId };
  }

  isOwn(tags: Tags): boolean {
    return tags[BRIDGE_TAG] === this.#bridgeId;
  }
}

/** Whether its sender asked that it stays where it is. */
export function isSkipped(tags: Tags): boolean {
  return tags[PROXY_SKIP_TAG] === "1";
}

/** Whether another bridge has brought it from a channel of this link, which has it already. */
export function hasBeenIn(tags: Tags, link: Pick<Link, "from">, to: string): boolean {
  const path = pathOf(tags);
  if (path.length >= MAX_PATH_CHANNELS) return true;
  return path.some((each) => each === to || link.from.includes(each));
}

function pathOf(tags: Tags): readonly string[] {
  const path = (tags[PATH_TAG] ?? "").split(" ").filter((each) => each !== "");
  const source = tags[PROXY_SOURCE_CHANNEL_ID_TAG];
  return source === undefined || path.includes(source) ? path : [...path, source];
}
