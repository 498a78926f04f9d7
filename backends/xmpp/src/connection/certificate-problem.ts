/** What is wrong with a server's certificate, and what would be right. */
import type { Endpoint } from "../options.ts";

const UNTRUSTED = "give its authority's PEM file as tls.ca";
const EXPIRED = "the server has to renew it, or this machine's clock is wrong";

/** By Node's code: what is wrong, and what would be right. */
const PROBLEMS: Readonly<Partial<Record<string, readonly [what: string, mend: string]>>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ["self-signed certificate", UNTRUSTED],
  SELF_SIGNED_CERT_IN_CHAIN: ["self-signed certificate of its authority", UNTRUSTED],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["its authority is not known", UNTRUSTED],
  UNABLE_TO_GET_ISSUER_CERT: ["its authority is not known", UNTRUSTED],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["its authority is not known", UNTRUSTED],
  CERT_HAS_EXPIRED: ["it has expired", EXPIRED],
  CERT_NOT_YET_VALID: ["it is not valid yet", EXPIRED],
};

/** `the certificate of example.org:5222 cannot be verified (…): …`; undefined for other errors. */
export function certificateProblem(
  { code = "" }: NodeJS.ErrnoException,
  { host, port }: Endpoint,
  domain: string,
): string | undefined {
  const [what, mend] =
    code === "ERR_TLS_CERT_ALTNAME_INVALID"
      ? [`it is not for ${domain}`, "the server needs one for the domain of the bot's address"]
      : (PROBLEMS[code] ?? []);
  if (what === undefined) return undefined;
  return `the certificate of ${host}:${port} cannot be verified (${what}): ${mend}`;
}
