/** Who said something, as the other sides of a link are told. Pure. */
import type { ChannelMessage } from "./channel-message.ts";
import type { Author } from "./delivery.ts";
import { channelNameOf, type Link, networkOf, typeOf } from "./links.ts";
import type { Namesakes } from "./namesakes.ts";
import { personName, shownName } from "./shown-name.ts";

type Names = Pick<Link, "name" | "names">;

/** Undefined: one of our plugins, as itself. */
export function authorOf(
  { user, persona, channelId }: ChannelMessage,
  link: Names,
  namesakes: Namesakes,
): Author | undefined {
  if (persona !== undefined) {
    const name = showIn(link, channelId)(personName(persona.displayName, ""));
    return { name, id: user?.id ?? "", avatarUrl: persona.avatarUrl };
  }
  if (user === undefined) return undefined;
  return {
    name: nameOf(user, link, { channelId, namesakes }),
    id: user.id,
    avatarUrl: user.avatarUrl,
  };
}

/** Of a person, as they are called where they spoke; null: one of our plugins, as itself. */
export function authorNameOf({ user, persona }: ChannelMessage): string | null {
  const shown = persona ?? user;
  return shown === undefined ? null : personName(shown.displayName, channelNameOf(user?.id ?? ""));
}

export function nameOf(
  user: { readonly id: string; readonly displayName: string } | undefined,
  link: Names,
  { channelId, namesakes }: { readonly channelId: string; readonly namesakes: Namesakes },
): string {
  const show = showIn(link, channelId);
  const name = user && namesakes.markedName(link.name, user, show);
  return show(name ?? personName("", ""));
}

/** How the link shows a name of that channel. */
export function showIn({ names }: Names, channelId: string): (name: string) => string {
  const [network, type] = [networkOf(channelId), typeOf(channelId)];
  return (name) => shownName(names, { name, network, type });
}
