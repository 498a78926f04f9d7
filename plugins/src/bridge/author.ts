/** Who said something, as the other sides are told. Pure. */
import type { ChannelMessage } from "./channel-message.ts";
import type { Author } from "./delivery.ts";
import { channelNameOf, networkOf, typeOf } from "./links.ts";
import { plainName, shownName } from "./shown-name.ts";

/** Undefined: one of our plugins, as itself. */
export function authorOf(
  { user, persona, channelId }: ChannelMessage,
  names: string,
): Author | undefined {
  if (user === undefined && persona === undefined) return undefined;
  const avatarUrl = persona?.avatarUrl ?? user?.avatarUrl ?? "";
  const shown = persona ?? user;
  return {
    name: nameOf(shown && { ...shown, id: user?.id ?? "" }, names, channelId),
    id: user?.id ?? "",
    avatarUrl,
  };
}

/** Of a person, as they are called where they spoke; null: one of our plugins, as itself. */
export function authorNameOf({ user, persona }: ChannelMessage): string | null {
  const shown = persona ?? user;
  return shown === undefined ? null : plainName(shown.displayName, channelNameOf(user?.id ?? ""));
}

export function nameOf(
  user: { readonly id: string; readonly displayName: string } | undefined,
  names: string,
  channelId: string,
): string {
  const name = plainName(user?.displayName ?? "", channelNameOf(user?.id ?? ""));
  return shownName(names, { name, network: networkOf(channelId), type: typeOf(channelId) });
}
