/** What a person reads when a call of core fails: the exit code, and the next step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, ConnectError } from "@connectrpc/connect";
import { callFailure } from "./call-failure.ts";

const TARGET = { url: "http://core:11235", tokenFrom: "--token" };

test("each failure has its exit code, and a next step that fits it", () => {
  const rows = [
    [
      Code.Unavailable,
      "token store unavailable",
      69,
      /^core at .*: token store/,
      /disk may be full/,
    ],
    [Code.Unavailable, "connect ECONNREFUSED", 3, /^cannot reach core at/, /start one/],
    [Code.NotFound, "unknown backend", 1, /^unknown backend$/, /seabird backends/],
    [Code.NotFound, "channel not found", 1, /^channel not found$/, /seabird channels/],
    [Code.NotFound, "stream not found", 1, /^stream not found$/, /seabird streams/],
    [
      ...([Code.Canceled, "http/2 stream closed with error code CANCEL (0x8)", 3] as const),
      ...([/^the connection to core at http:\/\/core:11235 was lost$/, /may still have/] as const),
    ],
    [Code.Unavailable, "backend disconnected", 5, /^backend disconnected$/, /may still have/],
    [Code.InvalidArgument, "failed to parse channel_id", 2, /^failed to parse/, /id is like/],
    [Code.InvalidArgument, "a tag is wrong", 2, /^a tag is wrong$/, /COMMAND --help/],
    [
      Code.FailedPrecondition,
      "irc://x%20y cannot edit messages",
      ...([1, /cannot edit messages$/, /^`seabird capabilities 'irc:\/\/x%20y'` shows/] as const),
    ],
    [Code.NotFound, "token not found", 1, /^token not found$/, /seabird token list/],
  ] as const;
  for (const [code, text, exitCode, message, next] of rows) {
    const failure = callFailure(new ConnectError(text, code), TARGET);
    assert.equal(failure.exitCode, exitCode, text);
    assert.match(failure.message, message);
    assert.match(failure.next ?? "", next);
  }
});
