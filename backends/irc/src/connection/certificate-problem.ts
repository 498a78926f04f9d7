/** What is wrong with a certificate, and what would be right: the server's, and the bot's own. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { TlsFiles } from "../options.ts";
import type { Endpoint } from "./sts.ts";

const UNTRUSTED = "give its authority's PEM file as tls.ca";
const UNCHECKED = "ircs+unsafe:// would accept it unchecked";
const EXPIRED = "the network has to renew it, or this machine's clock is wrong";

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

interface TlsError extends NodeJS.ErrnoException {
  /** Of ERR_TLS_CERT_ALTNAME_INVALID. */
  readonly cert?: { readonly subjectaltname?: string; readonly subject?: { readonly CN?: string } };
}

/** `the certificate of irc.example.org:6697 cannot be verified (…): …`; undefined for other errors. */
export function certificateProblem(
  { code = "", cert }: TlsError,
  { host, port }: Pick<Endpoint, "host" | "port">,
): string | undefined {
  const names = namesOf(cert);
  const [what, mend] =
    code === "ERR_TLS_CERT_ALTNAME_INVALID"
      ? [`it is for ${names}, not for ${host}`, "give the name it is for as host"]
      : (PROBLEMS[code] ?? []);
  if (what === undefined) return undefined;
  return `the certificate of ${host}:${port} cannot be verified (${what}): ${mend}; ${UNCHECKED}`;
}

/** The first names that a certificate is for; a server may list thousands. */
function namesOf(cert: TlsError["cert"]): string {
  const names = (cert?.subjectaltname ?? "").matchAll(/(?:DNS|IP Address):([\w.*:-]+)/g);
  const all = [...names].map(([, name]) => name);
  const shown = all.length > 3 ? [...all.slice(0, 3), "…"] : all;
  return shown.join(", ") || (cert?.subject?.CN ?? "another host");
}

type FileSetting = "ca" | "cert" | "key";

/** Whether these files can be used; `names` are what the messages call them. */
export function tlsFilesProblem(
  { ca, cert, key }: TlsFiles,
  names: Partial<Record<FileSetting, string | undefined>> = {},
): { readonly setting: FileSetting; readonly problem: string } | undefined {
  const refuse = (setting: FileSetting, problem: string) => {
    return { setting, problem: `${names[setting] ?? setting} ${problem}` };
  };
  if (ca !== undefined && parsed(() => new X509Certificate(ca)) === undefined) {
    return refuse("ca", NO_CERTIFICATE);
  }
  if (cert === undefined || key === undefined) return undefined;
  const certificate = parsed(() => new X509Certificate(cert));
  if (certificate === undefined) return refuse("cert", NO_CERTIFICATE);
  if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key)) return refuse("key", LOCKED);
  const privateKey = parsed(() => createPrivateKey(key));
  if (privateKey === undefined) return refuse("key", NO_KEY);
  if (certificate.checkPrivateKey(privateKey)) return undefined;
  return refuse(
    "key",
    "is the key of another certificate; give the one that tls.cert was made with",
  );
}

const NO_CERTIFICATE = 'holds no certificate; give a PEM file, with a "BEGIN CERTIFICATE" line';
const NO_KEY = 'holds no private key; give a PEM file, with a "BEGIN PRIVATE KEY" line';
const LOCKED = "is locked with a passphrase; give the key without one, as from `openssl pkey`";

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
