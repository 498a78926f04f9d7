/** Core's address as people and the environment give it, completed. */
import { isLoopback } from "./bind-address.ts";

export const DEFAULT_URL = "http://127.0.0.1:11235";

/** The message names what is wrong with an address of core. */
export class CoreUrlError extends Error {
  override readonly name = "CoreUrlError";
}

/**
 * The address in full, without a slash at its end. Without a scheme, a loopback host is `http://`
 * (port 11235 if none is given) and every other host is `https://`. Throws a CoreUrlError.
 */
export function completeCoreUrl(given: string): string {
  const text = given.trim();
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : withScheme(text));
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    const example = `"${DEFAULT_URL}" or "https://core.example.org"`;
    throw new CoreUrlError(`core's address is "${given}"; give one like ${example}`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new CoreUrlError("core's address holds a user, query or #; take it out");
  }
  return url.href.replace(/\/+$/, "");
}

function withScheme(text: string): string {
  const host = /^(\[[^\]]*\]|[^:/]*)(:\d+)?/.exec(text);
  const name = host?.[1] ?? "";
  if (!isLoopback(name)) return `https://${text}`;
  if (host?.[2] !== undefined) return `http://${text}`;
  return `http://${name}:11235${text.slice(name.length)}`;
}
