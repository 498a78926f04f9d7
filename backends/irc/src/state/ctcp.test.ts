/** CTCP queries and their answers. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerQuery } from "./ctcp.ts";

const now = new Date("2026-01-02T03:04:05.678Z");

suite("answerQuery", () => {
  test("answers the usual queries, and nothing else", () => {
    assert.ok(answerQuery("joe", "version", now)?.startsWith("NOTICE joe :\x01VERSION Seabird "));
    assert.equal(answerQuery("joe", "PING 1 2", now), "NOTICE joe :\x01PING 1 2\x01");
    assert.equal(answerQuery("joe", "PING", now), "NOTICE joe :\x01PING\x01");
    assert.equal(answerQuery("joe", "TIME", now), "NOTICE joe :\x01TIME 2026-01-02T03:04:05Z\x01");
    assert.match(
      answerQuery("joe", "CLIENTINFO", now) ?? "",
      /ACTION CLIENTINFO PING TIME VERSION/,
    );
    for (const query of ["", " ", "TIMES", "DCC SEND x", "FINGER", "constructor"]) {
      assert.equal(answerQuery("joe", query, now), undefined);
    }
  });

  test("PING returns its argument, cut and without control characters", () => {
    assert.equal(answerQuery("joe", "PING a\r\nQUIT\x01b", now), "NOTICE joe :\x01PING aQUITb\x01");
    const long = answerQuery("joe", `PING ${"🦀".repeat(400)}`, now) ?? "";
    assert.ok(Buffer.byteLength(long) < 400 && long.isWellFormed());
  });
});
