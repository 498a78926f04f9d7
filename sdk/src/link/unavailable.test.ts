/** Which failures pass by themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";
import { isUnavailable } from "./unavailable.ts";

const caused = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { code }) });
const answered = (code: SeabirdErrorCode, message: string, retryAfterMs?: number) =>
  new SeabirdError(code, message, { retryAfterMs });

const PASSING: readonly unknown[] = [
  answered("unavailable", "backend disconnected"),
  answered("deadline_exceeded", "request timed out"),
  answered("not_found", "unknown backend"),
  answered("not_found", "backend not found"),
  answered("resource_exhausted", "rate limited", 500),
  answered("unknown", "the cable is cut", 5_000),
  answered("unknown", "irc is not connected"),
  answered("unknown", "camp lost its connection"),
  answered("unknown", "the backend is leaving"),
  answered("unknown", "the backend took too long"),
  answered("unknown", "the session is over"),
  answered("unknown", "not connected to the IRC network"),
  answered("unknown", "the connection to the IRC network was lost before it confirmed this"),
  answered("unknown", "not sent: the network has not answered for 30 s"),
  answered("unknown", "not sent: its turn under the network's flood limit came too late"),
  answered("unknown", "would take 12 s at this server's rate (limit 9 s)"),
  answered("unknown", "100 requests already wait for the network"),
  answered("unknown", "the network did not confirm it in time"),
  answered("unknown", "only 2 of 7 lines were sent in time"),
  answered("unknown", "example.org does not answer in time; it may or may not have been done"),
  answered("unknown", "the server's rate limit: wait 5 s (Too Many Requests)"),
  answered("unknown", "1000 messages wait to be sent already"),
  caused("ECONNREFUSED"),
  caused("UND_ERR_CONNECT_TIMEOUT"),
  Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }),
  new DOMException("the operation timed out", "TimeoutError"),
];

const OTHERS: readonly unknown[] = [
  answered("unknown", "404 #test :Cannot send to channel"),
  answered("unknown", "the network did not do it"),
  answered("unknown", "no such channel"),
  answered("not_found", "channel not found"),
  answered("resource_exhausted", "message too large: 70000 bytes"),
  answered("invalid_argument", "not connected"),
  answered("permission_denied", "the token lacks a scope"),
  answered("closed", "the client was closed"),
  new Error("the kettle is broken"),
  new DOMException("aborted", "AbortError"),
  caused("ENOENT"),
  "not connected",
  undefined,
];

test("what is away for now is unavailable, everything else is not", () => {
  for (const each of PASSING) assert.equal(isUnavailable(each), true, String(each));
  for (const each of OTHERS) assert.equal(isUnavailable(each), false, String(each));
  const endless = new Error("a");
  endless.cause = endless;
  assert.equal(isUnavailable(endless), false);
});
