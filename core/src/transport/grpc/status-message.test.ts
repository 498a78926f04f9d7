import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BrokerError } from "../../broker/errors.ts";
import { encodeStatusMessage, errorTrailers } from "./status-message.ts";

test("a message survives its escaping", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const encoded = encodeStatusMessage(text, 10_000);
      assert.match(encoded, /^[ -~]*$/);
      assert.equal(decodeURIComponent(encoded), text);
    }),
  );
});

test("control characters, percent and what is no ASCII are escaped", () => {
  assert.equal(encodeStatusMessage("a b~!", 100), "a b~!");
  assert.equal(encodeStatusMessage("100 %\r\n\u0000é", 100), "100 %25%0D%0A%00%C3%A9");
});

test("half a surrogate does no harm", () => {
  assert.equal(encodeStatusMessage("\ud800", 100), "%EF%BF%BD");
});

test("trailers say when to try again, in whole milliseconds", () => {
  const error = new BrokerError("rate_limited", "too fast", { retryAfterMs: 0.2 });
  assert.deepEqual(errorTrailers(error, 100), {
    "grpc-status": "8",
    "grpc-message": "too fast",
    "retry-after-ms": "1",
  });
});
