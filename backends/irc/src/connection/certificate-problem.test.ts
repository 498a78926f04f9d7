import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateProblem } from "./certificate-problem.ts";

const AT = { host: "irc.example.org", port: 6697 };

for (const [code, words] of [
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /\(self-signed certificate\): give its authority's PEM file/],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /\(its authority is not known\): give its authority's PEM/],
  ["CERT_HAS_EXPIRED", /\(it has expired\): the network has to renew it/],
  ["CERT_NOT_YET_VALID", /\(it is not valid yet\): .* this machine's clock/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /\(it is for another host, not for irc\.example\.org\): give/],
] as const) {
  test(`${code} is explained, with what would help`, () => {
    const problem = certificateProblem(Object.assign(new Error("x"), { code }), AT) ?? "";
    assert.match(problem, /^the certificate of irc\.example\.org:6697 cannot be verified /);
    assert.match(problem, words);
    assert.match(problem, /; ircs\+unsafe:\/\/ would accept it unchecked$/);
  });
}

test("the names of a certificate are named, but not thousands of them", () => {
  const named = (subjectaltname: string) => {
    const error = new Error("x");
    const code = "ERR_TLS_CERT_ALTNAME_INVALID";
    return certificateProblem(Object.assign(error, { code, cert: { subjectaltname } }), AT);
  };
  assert.match(
    named("DNS:a.example, IP Address:10.0.0.1") ?? "",
    /for a\.example, 10\.0\.0\.1, not/,
  );
  const many = Array.from({ length: 1_000 }, (_, at) => `DNS:${at}.example`).join(", ");
  assert.match(named(many) ?? "", /for 0\.example, 1\.example, 2\.example, …, not/);
});

test("other errors are not about a certificate", () => {
  const refused = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  assert.equal(certificateProblem(refused, AT), undefined);
});
