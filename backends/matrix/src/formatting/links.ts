/** Which urls may stand in a message. */

/** Specification, m.room.message: what `href` may begin with. */
const SCHEMES = /^(?:https?|ftp|mailto|magnet|matrix):/i;

/** The url without blanks around it; undefined for scripts, relative urls and the like. */
export function allowedUrl(url: string | undefined): string | undefined {
  const trimmed = url?.trim() ?? "";
  return SCHEMES.test(trimmed) && !/[\p{Cc}\s]/u.test(trimmed) ? trimmed : undefined;
}
