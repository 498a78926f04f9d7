/** Something said in a channel, by a person or by another plugin. */
import type { Block, User } from "@seabird-chat/sdk";
import type { Tags } from "./own-tags.ts";

export interface ChannelMessage {
  readonly channelId: string;
  /** Undefined: one of our plugins. */
  readonly user: User | undefined;
  /** Another name that a plugin gave itself. */
  readonly persona?: { readonly displayName: string; readonly avatarUrl: string } | undefined;
  readonly block: Block;
  readonly isAction: boolean;
  readonly command?: string | undefined;
  /** The network's; empty: none, or not known yet. */
  readonly id: string;
  readonly replyTo:
    | {
        readonly id: string;
        readonly author: { readonly displayName: string } | undefined;
        readonly text: string;
      }
    | undefined;
  readonly tags: Tags;
}
