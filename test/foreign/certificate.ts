/** A certificate for localhost that nobody else trusts, good for two days. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  remove(): Promise<void>;
}

export async function makeCertificate(openssl: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-certificate-"));
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", certificate, "-days", "2"];
  await promisify(execFile)(openssl, ["req", "-x509", ...kind, ...subject, ...files]);
  return { certificate, key, remove: () => rm(folder, { recursive: true, force: true }) };
}
