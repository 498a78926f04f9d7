/** The tags by which a bridge marks what it sends, and knows it again. Pure. */
import {
  PROXY_SKIP_TAG,
  PROXY_SOURCE_CHANNEL_ID_TAG,
  PROXY_SOURCE_CHANNEL_NAME_TAG,
  PROXY_SOURCE_USER_ID_TAG,
  PROXY_SOURCE_USER_NAME_TAG,
  URL_SKIP_TAG,
} from "@seabird-chat/protocol";
import { channelNameOf } from "./links.ts";

/** Names the bridge whose doing it was; random, kept in its storage. */
const BRIDGE_TAG = "bridge/id";

export type Tags = Readonly<Record<string, string>>;

export class OwnTags {
  readonly #bridgeId: string;

  constructor(bridgeId: string) {
    this.#bridgeId = bridgeId;
  }

  /** Of a copy. Links in it were announced where it was said. */
  ofCopy(from: string, user?: { readonly id: string; readonly name: string }): Tags {
    return {
      ...this.ofOwn(),
      [URL_SKIP_TAG]: "1",
      [PROXY_SOURCE_CHANNEL_ID_TAG]: from,
      [PROXY_SOURCE_CHANNEL_NAME_TAG]: channelNameOf(from),
      ...(user && { [PROXY_SOURCE_USER_ID_TAG]: user.id }),
      ...(user && { [PROXY_SOURCE_USER_NAME_TAG]: user.name }),
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

/** Where another bridge has it from; undefined: it is no copy. */
export function sourceChannelOf(tags: Tags): string | undefined {
  return tags[PROXY_SOURCE_CHANNEL_ID_TAG];
}
