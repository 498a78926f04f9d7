/** What a person is told about a link that does not come up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addHint } from "./connection-hints.ts";
import { SeabirdError } from "./errors.ts";

const URL = "http://core:11235";
const system = (code: string) => Object.assign(new Error("low"), { code });

function told(cause: Error, url = URL): string {
  return addHint(new SeabirdError("unavailable", "said", { cause }), url).message;
}

test("each failure of the network is followed by what to do", () => {
  const rows = [
    ["ECONNREFUSED", /^said \(nothing listens at http:\/\/core:11235; start core/],
    ["ENOTFOUND", /host in .* is not known/],
    ["EAI_AGAIN", /host in .* is not known/],
    ["ERR_HTTP2_ERROR", /is not core, or it wants https/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /begins with http:/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /`ca` or NODE_EXTRA_CA_CERTS/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /`ca` or NODE_EXTRA_CA_CERTS/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /not a name that its certificate has/],
    ["ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL", /is not core/],
    ["CERT_HAS_EXPIRED", /`ca` or NODE_EXTRA_CA_CERTS/],
  ] as const;
  for (const [code, words] of rows) assert.match(told(system(code)), words, code);
  assert.equal(told(system("ECONNRESET")), "said");
  const deep = new Error("outer", { cause: system("ECONNREFUSED") });
  assert.match(told(deep), /start core/);
});

test("what core says keeps its code and its time to wait", () => {
  const busy = new SeabirdError("resource_exhausted", "busy", { retryAfterMs: 5 });
  assert.equal(addHint(busy, URL), busy);
  const elsewhere = new SeabirdError("unimplemented", "unknown method /x", { retryAfterMs: 5 });
  const explained = addHint(elsewhere, URL);
  assert.equal(explained.code, "unimplemented");
  assert.equal(explained.retryAfterMs, 5);
  assert.equal(explained.cause, elsewhere);
  assert.match(explained.message, /^unknown method \/x \(what answers at .* is not core/);
});

test("where no code tells, the words do", () => {
  const said = (message: string, url = URL) =>
    addHint(new SeabirdError("unavailable", message), url).message;
  assert.match(said("Session closed with error code 12"), /not core, or it wants https/);
  assert.match(said("socket disconnected before secure TLS connection was"), /begins with http:/);
  assert.match(said("unsupported content type text/html"), /is not core; check SEABIRD_HOST/);
});
