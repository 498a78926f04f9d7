/** The entry point for opening urls that others chose: `@seabird-chat/sdk/fetch`. */
export { FetchError, type FetchErrorOptions, type FetchFailure } from "./fetch-error.ts";
export type { FetchOptions } from "./fetch-options.ts";
export { fetchUrl } from "./fetch-url.ts";
export type { FetchedFile } from "./fetched-file.ts";
export type { Resolver } from "./guarded-lookup.ts";
