/**
 * Tags: the names in use, and the two prefixes that belong to core (protocol: "Tags in use").
 */

/** Set by core on messages: `text` or `blocks`, whichever the sender gave. */
export const ORIGINAL_FORMAT_TAG = "core/original-format";
/** Carries the `exit_message` of a LeaveChannel to the backend; absent when empty. */
export const EXIT_MESSAGE_TAG = "core/exit-message";
/** `1`: do not bridge this message to other channels. */
export const PROXY_SKIP_TAG = "proxy/skip";
/** `1`: do not announce the links in this message. */
export const URL_SKIP_TAG = "url/skip";
/** What a bridge marks its own messages with. */
export const PROXY_INTERNAL_TAG = "proxy/internal-tag";
/** The absolute id of the channel that a bridged message comes from. Proposed. */
export const PROXY_SOURCE_CHANNEL_ID_TAG = "proxy/source-channel-id";
/** The name of the channel that a bridged message comes from. Proposed. */
export const PROXY_SOURCE_CHANNEL_NAME_TAG = "proxy/source-channel-name";
/** The absolute id of the person who wrote a bridged message. Proposed. */
export const PROXY_SOURCE_USER_ID_TAG = "proxy/source-user-id";
/** The name of the person who wrote a bridged message. Proposed. */
export const PROXY_SOURCE_USER_NAME_TAG = "proxy/source-user-name";

/** Tags as they are in messages. */
export type Tags = { [name: string]: string };

/** Whether only core may set this tag: its name begins with `core/` or `seabird-core/`. */
export function isCoreTag(name: string): boolean {
  return name.startsWith("core/") || name.startsWith("seabird-core/");
}

/** The tags without those that only core may set; the same object if it has none of them. */
export function withoutCoreTags(tags: Tags): Tags {
  for (const name in tags) {
    if (isCoreTag(name)) {
      return Object.fromEntries(Object.entries(tags).filter(([each]) => !isCoreTag(each)));
    }
  }
  return tags;
}
