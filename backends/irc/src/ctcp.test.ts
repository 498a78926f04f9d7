/** Questions of other clients, and what is answered. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerQuery } from "./ctcp.ts";

suite("answerQuery", () => {
  test("answers what every client answers, and nothing else", () => {
    assert.ok(answerQuery("joe", "version")?.startsWith("NOTICE joe :\x01VERSION Seabird "));
    assert.equal(answerQuery("joe", "PING 1 2"), "NOTICE joe :\x01PING 1 2\x01");
    assert.equal(answerQuery("joe", "PING"), "NOTICE joe :\x01PING\x01");
    assert.match(answerQuery("joe", "CLIENTINFO") ?? "", /ACTION CLIENTINFO PING VERSION/);
    for (const query of ["", " ", "TIME", "DCC SEND x", "FINGER", "constructor"]) {
      assert.equal(answerQuery("joe", query), undefined);
    }
  });

  test("a PING gives back what it was given, cut, and without control characters", () => {
    assert.equal(answerQuery("joe", "PING a\r\nQUIT\x01b"), "NOTICE joe :\x01PING aQUITb\x01");
    const long = answerQuery("joe", `PING ${"🦀".repeat(400)}`) ?? "";
    assert.ok(Buffer.byteLength(long) < 400 && long.isWellFormed());
  });
});
