/** Another name and picture in one message, by MSC4144. Pure. */
import { cutUtf8 } from "@seabird-chat/protocol";
import type { JsonObject } from "../json-value.ts";
import type { Caption } from "./media-content.ts";

/** Of a name or id (MSC4144, "Field limits"). */
const MAX_PERSONA_BYTES = 255;

export interface Profile {
  readonly id: string;
  readonly displayName: string;
  /** `mxc://…`; empty: none, instead of the bot's own. */
  readonly avatarUri: string;
}

/** MSC4144; clients that know it cut the name out of the text. */
export function withFallback(
  { body, formattedBody }: Caption,
  profile: Profile | undefined,
): Caption {
  if (profile === undefined || profile.displayName === "") return { body, formattedBody };
  const name = escapeHtml(profile.displayName);
  const strong = `<strong data-mx-profile-fallback>${name}: </strong>`;
  return {
    body: `${profile.displayName}: ${body}`,
    formattedBody: strong + (formattedBody ?? toHtml(body)),
  };
}

export function profileFields(profile: Profile | undefined, hasText: boolean): JsonObject {
  if (profile === undefined) return {};
  return {
    "com.beeper.per_message_profile": {
      id: profile.id,
      displayname: profile.displayName,
      avatar_url: profile.avatarUri,
      ...(hasText && profile.displayName !== "" && { has_fallback: true }),
    },
  };
}

/** A persona needs an id, by which clients group messages: the name, where there is none. */
export function toProfile(
  { id, displayName }: { readonly id: string; readonly displayName: string },
  avatarUri: string,
): Profile {
  const bounded = (text: string) =>
    cutUtf8(text.toWellFormed().replace(/[\0\r\n]+/g, " "), MAX_PERSONA_BYTES).trim();
  return { id: bounded(id) || bounded(displayName), displayName: bounded(displayName), avatarUri };
}

/** Plain text as HTML. */
export function toHtml(body: string): string {
  return escapeHtml(body).replaceAll("\n", "<br>");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
}
