/** Whom an event notifies, in `m.mentions` (specification: "User and room mentions"). Pure. */
import type { MatrixText } from "../format.ts";

/** As it stands in an event. */
export interface MentionsContent {
  readonly user_ids?: readonly string[];
  readonly room?: true;
}

/** Always there, since without it a server looks for names in the text. */
export function toMentions(
  { userIds, notifiesRoom }: MatrixText["mentions"],
  mayNotifyRoom: boolean,
): MentionsContent {
  return {
    ...(userIds.length > 0 && { user_ids: userIds }),
    ...(notifiesRoom && mayNotifyRoom && { room: true }),
  };
}

/** Who is mentioned, and was not before: an edit notifies nobody twice. */
export function newMentions(
  { user_ids: users = [], room }: MentionsContent,
  before: MentionsContent,
): MentionsContent {
  const added = users.filter((id) => !before.user_ids?.includes(id));
  return {
    ...(added.length > 0 && { user_ids: added }),
    ...(room === true && before.room !== true && { room }),
  };
}
