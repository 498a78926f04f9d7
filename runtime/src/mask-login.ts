/** Takes passwords out of an address before it is shown. */

/**
 * The address with its user and password, and passwords in its query, replaced by `***`:
 * `ircs://me:sesame@host` becomes `ircs://***@host`. Any other text stays as it is.
 */
export function maskLogin(text: string): string {
  const colon = text.indexOf(":");
  const masked =
    colon >= 0 && text.includes("@", colon)
      ? text.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/is, "$1***@")
      : text;
  return masked.replace(/([?&](?=[\w-]*(?:pass|secret|token|key))[\w-]*=)[^&#]+/gi, "$1***");
}
