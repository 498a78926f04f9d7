/** Fetches a url that somebody else chose: public addresses only, bounded in every way. */
import { isIP } from "node:net";
import { Headers, type Response } from "undici";
import { contentTypeOf, isAllowedType } from "./content-types.ts";
import { FetchError } from "./fetch-error.ts";
import { type FetchOptions, type FetchSettings, resolveFetchOptions } from "./fetch-options.ts";
import { FetchRun } from "./fetch-run.ts";
import { checkAnnouncedSize, FetchedFile } from "./fetched-file.ts";
import { checkAddress } from "./guarded-lookup.ts";
import { headerText } from "./header-text.ts";

const MAX_URL_CHARACTERS = 8_192;
/** DNS has no longer names; with the dot at the end. */
const MAX_HOST_CHARACTERS = 254;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What may be sent to another origin: nothing that could be a secret. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(["accept", "accept-language", "user-agent"]);

type Request = FetchSettings["request"];

/**
 * Opens a url by http or https and resolves when its headers are there.
 *
 * The url, each redirect and each address that a host resolves to are checked before anything is
 * sent. Private, link-local and other special addresses are refused, but those of `allowAddresses`.
 * No proxy is used.
 *
 * @throws {FetchError} if the url is refused, or fetching fails.
 * @throws {SeabirdError} `bad_option`.
 */
export async function fetchUrl(
  url: string | URL,
  options: FetchOptions = {},
): Promise<FetchedFile> {
  const settings = resolveFetchOptions(options);
  const run = new FetchRun(settings);
  let at: URL | undefined;
  try {
    at = parseUrl(String(url));
    let { request } = settings;
    for (let redirects = 0; ; redirects += 1) {
      checkUrl(at, settings);
      const response = await run.send(at, request);
      if (!REDIRECTS.has(response.status)) return accept(at, response, run, settings);
      const next = redirectTarget(at, response, request);
      if (redirects === settings.maxRedirects) throw tooManyRedirects(settings.maxRedirects);
      request = redirected(request, response.status, at.origin === next.origin);
      at = next;
      await response.body?.cancel();
    }
  } catch (thrown) {
    const error = at === undefined ? thrown : run.explain(thrown, at);
    run.end(error);
    throw error;
  }
}

/** Undefined for what is no url, and for one that is longer than those that are opened. */
function usableUrl(text: string, base?: URL): URL | undefined {
  const url = text.length > MAX_URL_CHARACTERS ? null : URL.parse(text, base?.href);
  // Again: what is not ASCII has become longer.
  if (url === null || url.href.length > MAX_URL_CHARACTERS) return undefined;
  return url.hostname.length > MAX_HOST_CHARACTERS ? undefined : url;
}

function parseUrl(text: string): URL {
  const url = usableUrl(text);
  if (url !== undefined) return url;
  // Not shown: it may have a password or a token, and where it is cannot be told.
  throw new FetchError(
    "url",
    `the text of ${text.length} characters is no url; allowed: absolute ones of at most ${MAX_URL_CHARACTERS}, such as https://example.org/cat.png`,
  );
}

/** What a url says by itself. Names are checked when they are resolved, by the lookup. */
function checkUrl(url: URL, { rules }: FetchSettings): void {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    const scheme = url.protocol.slice(0, 32);
    throw new FetchError("scheme", `"${scheme}" urls are not opened; allowed: http, https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new FetchError(
      "credentials",
      "the url has a user name or password; give it without, and the header in headers",
    );
  }
  // URL has made dotted decimals of all spellings of an IPv4 address (0x7f.1, 017700000001).
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0) checkAddress(literal, literal, rules);
}

function accept(
  url: URL,
  response: Response,
  run: FetchRun,
  { contentTypes, maxBytes }: FetchSettings,
): FetchedFile {
  const { status } = response;
  if (!response.ok) {
    throw new FetchError("http_status", `"${url.host}" answered ${status}; expected 200 to 299`, {
      status,
    });
  }
  const type = contentTypeOf(response.headers.get("content-type"));
  if (!isAllowedType(type, contentTypes)) {
    const allowed = contentTypes.join(", ");
    throw new FetchError("content_type", `the answer is ${type}; allowed: ${allowed}`);
  }
  checkAnnouncedSize(response, maxBytes);
  return new FetchedFile(url, response, run, maxBytes);
}

function redirectTarget(from: URL, { headers, status }: Response, { method }: Request): URL {
  const isSafe = method === "GET" || method === "HEAD";
  if (!isSafe && status !== 303) {
    throw new FetchError(
      "redirect",
      `"${from.host}" redirects a ${method} (${status}), which is not sent twice; use its final url`,
    );
  }
  const location = headers.get("location");
  const target = location === null ? undefined : usableUrl(headerText(location), from);
  if (target !== undefined) return target;
  throw new FetchError("redirect", `"${from.host}" redirects (${status}) to no usable location`);
}

/** Without the body, and without the headers that belong to it. */
function redirected(request: Request, status: number, isSameOrigin: boolean): Request {
  const { method, headers } = request;
  const kept = [...headers].filter(([name]) =>
    isSameOrigin ? !name.startsWith("content-") : HARMLESS_HEADERS.has(name),
  );
  const isGet = status === 303 && method !== "HEAD";
  return { method: isGet ? "GET" : method, headers: new Headers(kept), body: undefined };
}

function tooManyRedirects(maxRedirects: number): FetchError {
  return new FetchError(
    "redirect",
    `more redirects than the ${maxRedirects} that are followed (maxRedirects)`,
  );
}
