/** Certificates that cannot work, tried with the program: the bot's end it with 78, the server's are explained. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createServer } from "node:tls";
import { promisify } from "node:util";
import { runUntilEnd } from "../support/backend-program.ts";
import { connectTo } from "../support/irc-connection-stage.ts";
import { makeCertificate } from "../support/irc-servers.ts";
import { needPrograms } from "../support/servers.ts";

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-cert-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("files of the bot's own certificate that cannot be used: 78, by the setting", async (t) => {
  const programs = needPrograms(t, "openssl");
  if (programs === undefined) return;
  const folder = await folderFor(t);
  const { certFile: cert, keyFile: key } = await makeCertificate(programs.openssl, folder);
  const other = await makeCertificate(programs.openssl, join(folder, "other"));
  const noPem = join(folder, "no.pem");
  await writeFile(noPem, "hello\n");
  const locked = join(folder, "locked.pem");
  await promisify(execFile)(programs.openssl, [
    ...["pkey", "-aes256", "-passout", "pass:sesame", "-in", key, "-out", locked],
  ]);
  const rows = [
    [{ cert: "/nowhere.pem", key }, "tls.cert: cannot read /nowhere.pem: there is no such file"],
    [{ cert, key: "/nowhere.pem" }, "tls.key: cannot read /nowhere.pem: there is no such file"],
    [{ cert: noPem, key }, `tls.cert: ${noPem} holds no certificate; give a PEM file`],
    [{ cert: key, key: cert }, `tls.cert: ${key} holds no certificate; give a PEM file`],
    [{ cert, key: noPem }, `tls.key: ${noPem} holds no private key; give a PEM file`],
    [{ cert, key: locked }, `tls.key: ${locked} is locked with a passphrase; give the key without`],
    [{ cert, key: other.keyFile }, `tls.key: ${other.keyFile} is the key of another certificate`],
    [{ ca: noPem }, `tls.ca: ${noPem} holds no certificate; give a PEM file`],
  ] as const;
  for (const [tls, words] of rows) {
    const core = { url: "http://127.0.0.1:1", token: "sbd_unused" };
    const settings = { host: "ircs://127.0.0.1:1", nick: "bird", tls };
    const { code, lastLine } = await runUntilEnd(t, { type: "irc", core, settings });
    assert.equal(code, 78, lastLine);
    assert.ok(lastLine.includes(`settings of irc/one: ${words}`), lastLine);
  }
});

for (const [what, subject, days, isTrusted, words] of [
  ["self-signed", "IP:127.0.0.1", "2", false, /\(self-signed certificate\): give .* as tls\.ca/],
  ["expired", "IP:127.0.0.1", "-1", true, /\(it has expired\): the network has to renew it/],
  [
    "for another host",
    "DNS:irc.example.net",
    "2",
    true,
    /\(it is for irc\.example\.net, not for 127\.0\.0\.1\): give the name it is for as host/,
  ],
] as const) {
  test(`a server's certificate that is ${what} is explained`, async (t) => {
    const programs = needPrograms(t, "openssl");
    if (programs === undefined) return;
    const folder = await folderFor(t);
    const at = (name: string) => join(folder, name);
    const openssl = (...args: readonly string[]) => promisify(execFile)(programs.openssl, args);
    await writeFile(at("names"), `subjectAltName=${subject}`);
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const request = ["-subj", "/CN=x", "-keyout", at("key"), "-out", at("request")];
    await openssl("req", "-new", ...newKey, ...request);
    const sign = ["-signkey", at("key"), "-days", days, "-extfile", at("names")];
    await openssl("x509", "-req", "-in", at("request"), ...sign, "-out", at("cert"));
    const [cert, key] = await Promise.all([readFile(at("cert"), "utf8"), readFile(at("key"))]);
    const server = createServer({ cert, key });
    server.on("tlsClientError", () => undefined);
    t.after(() => server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const { port } = address;
    const tlsFiles = isTrusted ? { ca: cert } : undefined;
    const { reason, suggestion } = await connectTo(t, { port, tls: true, tlsFiles }).status("lost");
    assert.ok(reason.startsWith(`the certificate of 127.0.0.1:${port} cannot be verified`), reason);
    assert.match(reason, words);
    assert.equal(suggestion, undefined);
  });
}
