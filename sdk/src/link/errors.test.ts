/** Whatever is thrown becomes one kind of error. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { SEABIRD_ERROR_CODES, SeabirdError } from "./errors.ts";

test("gRPC's codes keep their names, and core's words stay as they are", () => {
  const trailers = { "grpc-status": "5" };
  const error = SeabirdError.from(new ConnectError("unknown backend", Code.NotFound, trailers));
  assert.equal(error.code, "not_found");
  assert.equal(error.message, "unknown backend");
  assert.equal(SEABIRD_ERROR_CODES[Code.Unauthenticated], "unauthenticated");
});

test("retry-after-ms is read, if it is a number", () => {
  const from = (value: string) =>
    SeabirdError.from(
      new ConnectError("slow down", Code.ResourceExhausted, { "retry-after-ms": value }),
    ).retryAfterMs;
  assert.equal(from("250"), 250);
  assert.equal(from("999999999"), 3_600_000);
  for (const wrong of ["", "-1", "1e9", "soon", "9999999999999"])
    assert.equal(from(wrong), undefined);
});

test("a lost connection is unavailable, whatever Connect calls it", () => {
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const broken = new ConnectError("read ECONNRESET", Code.Aborted, undefined, undefined, reset);
  assert.equal(SeabirdError.from(broken).code, "unavailable");
  const cancelled = new ConnectError(
    "http/2 stream closed with error code CANCEL (0x8)",
    Code.Canceled,
  );
  assert.equal(SeabirdError.from(cancelled).code, "unavailable");
  assert.equal(SeabirdError.from(new ConnectError("aborted", Code.Canceled)).code, "cancelled");
});

test("one of ours stays itself, also inside Connect's", () => {
  const ours = new SeabirdError("closed", "the client was closed");
  assert.equal(SeabirdError.from(ours), ours);
  assert.equal(SeabirdError.from(ConnectError.from(ours)), ours);
});

test("an error of another copy of the SDK is one of ours", async () => {
  const other: typeof import("./errors.ts") = await import(
    `${import.meta.resolve("./errors.ts")}?copy`
  );
  const theirs = new other.SeabirdError("closed", "over");
  assert.notEqual(other.SeabirdError, SeabirdError);
  assert.ok(theirs instanceof SeabirdError);
  assert.equal(SeabirdError.from(theirs), theirs);
  class Special extends SeabirdError {}
  assert.ok(new Special("closed", "over") instanceof Special);
  assert.ok(new Special("closed", "over") instanceof SeabirdError);
  for (const none of [theirs, new SeabirdError("closed", "over")]) {
    assert.ok(!(none instanceof Special));
  }
  for (const none of [new Error("closed"), undefined, null, "closed"]) {
    assert.ok(!((none as unknown) instanceof SeabirdError));
  }
});
