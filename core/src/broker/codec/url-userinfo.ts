/** Urls that name somebody's account or password are not handed on. */

/** What relative urls are read against; its own name is never used. */
const BASE = "https://base.invalid";

/** The url; empty if it has a name or password in it (`https://ann:secret@example.org`). */
export function withoutUserinfo(url: string): string {
  return url.includes("@") && hasUserinfo(url) ? "" : url;
}

/** A url that cannot be read may have anything in it. */
function hasUserinfo(url: string): boolean {
  const parsed = URL.parse(url, BASE);
  return parsed === null || parsed.username !== "" || parsed.password !== "";
}
