/** Files that backends are asked for: once at a time, not again after a failure, bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokerError } from "../broker/errors.ts";
import type { AskForFile } from "../broker/media-links.ts";
import { ManualClock } from "../broker/test/manual-clock.ts";
import { Fetches } from "./fetches.ts";
import { KnownFiles } from "./known-files.ts";
import { type MediaLimits, resolveMediaLimits } from "./limits.ts";
import { newKey, type StoredFile } from "./stored-file.ts";
import { Uploads } from "./uploads.ts";

const ID = { type: "matrix", id: "a", relative: "1" };

function stage(given: Partial<MediaLimits> = {}) {
  const limits = resolveMediaLimits(given);
  const clock = new ManualClock();
  const uploads = new Uploads(limits, clock);
  const asked: { readonly token: string; readonly answer: PromiseWithResolvers<void> }[] = [];
  const outcomes: string[] = [];
  const ask: AskForFile = (_id, url) => {
    const answer = Promise.withResolvers<void>();
    asked.push({ token: url.replace("/media/uploads/", ""), answer });
    return answer.promise;
  };
  const onDone = (outcome: string) => void outcomes.push(outcome);
  const fetches = new Fetches({ limits, clock, uploads, ask, onDone });
  const begin = (attachmentId: string, id = ID) => {
    const head = { key: newKey(), attachmentId, name: "", contentType: "", isPrivate: false };
    return fetches.begin(head, id);
  };
  return { clock, uploads, asked, outcomes, fetches, begin };
}

/** Everything that was resolved so far has been seen. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the upload ends the fetch, before and after the answer", async () => {
  for (const isAnswered of [false, true]) {
    const { uploads, asked, outcomes, fetches, begin } = stage();
    const fetch = begin("a");
    assert.equal(fetches.ofAttachment("a"), fetch);
    assert.equal(fetches.ofKey(fetch.head.key), fetch);
    const upload = uploads.take(asked[0]?.token ?? "");
    upload?.onBegin?.();
    if (isAnswered) asked[0]?.answer.resolve();
    await settled();
    const file: StoredFile = { ...fetch.head, size: 1, sha256: "", storedAtMs: 0 };
    upload?.onEnd?.(file);
    assert.equal(await fetch.file, file);
    assert.deepEqual([fetches.size, outcomes], [0, ["ok"]]);
  }
});

test("a failure is remembered, and the token of its upload forgotten", async () => {
  const { clock, uploads, asked, outcomes, begin } = stage({ fetchFailureMs: 100 });
  const fetch = begin("a");
  const failure = new BrokerError("backend_refused", "gone");
  asked[0]?.answer.reject(failure);
  await assert.rejects(fetch.file, failure);
  await settled();
  assert.equal(uploads.take(asked[0]?.token ?? ""), undefined);
  assert.throws(() => begin("a"), failure);
  begin("b");
  clock.advance(100);
  begin("a");
  assert.deepEqual([asked.length, outcomes], [3, ["backend_refused"]]);
});

test("an upload that breaks off is a failure", async () => {
  const { uploads, asked, begin } = stage();
  const fetch = begin("a");
  const upload = uploads.take(asked[0]?.token ?? "");
  upload?.onBegin?.();
  asked[0]?.answer.resolve();
  upload?.onEnd?.(new BrokerError("backend_refused", "the upload broke off"));
  await assert.rejects(fetch.file, { message: "the upload broke off" });
});

test("bytes that do not come in time are a failure, whatever the backend has answered", async () => {
  const { clock, uploads, asked, outcomes, fetches, begin } = stage({ fetchTimeoutMs: 100 });
  const fetch = begin("a");
  uploads.take(asked[0]?.token ?? "")?.onBegin?.();
  asked[0]?.answer.resolve();
  await settled();
  clock.advance(99);
  await settled();
  assert.equal(fetches.size, 1);
  clock.advance(1);
  await assert.rejects(fetch.file, { code: "request_timeout" });
  await settled();
  assert.deepEqual([fetches.size, outcomes], [0, ["request_timeout"]]);
});

test("so many at once", () => {
  const { begin } = stage({ maxConcurrentFetches: 2 });
  begin("a");
  begin("b");
  const expected = {
    code: "too_many_uploads",
    message: "too many files are being fetched, limit 2",
  };
  assert.throws(() => begin("c"), expected);
});

test("so many of one backend at once, and others go on", async () => {
  const { begin, asked } = stage({ maxConcurrentFetchesPerBackend: 1 });
  const fetch = begin("a");
  const expected = {
    code: "too_many_uploads",
    message: "too many files are being fetched from its backend, limit 1",
  };
  assert.throws(() => begin("b"), expected);
  begin("c", { ...ID, id: "other" });
  asked[0]?.answer.reject(new BrokerError("backend_refused", "gone"));
  await assert.rejects(fetch.file);
  begin("b");
});

test("a backend that cannot be asked leaves no upload behind", () => {
  const limits = resolveMediaLimits();
  const clock = new ManualClock();
  const uploads = new Uploads(limits, clock);
  const ask: AskForFile = () => {
    throw new BrokerError("unknown_backend", "unknown backend");
  };
  const fetches = new Fetches({ limits, clock, uploads, ask, onDone: () => undefined });
  const head = { key: newKey(), attachmentId: "a", name: "", contentType: "", isPrivate: false };
  assert.throws(() => fetches.begin(head, ID), { code: "unknown_backend" });
  assert.deepEqual([uploads.size, fetches.size], [0, 0]);
});

test("known files are bounded in number and bytes, and the newest stay", () => {
  const file = { name: "n", contentType: "t", isPrivate: false };
  const few = new KnownFiles({ maxKnownFiles: 3, maxKnownFileBytes: 1e9 });
  for (const id of ["a", "b", "a", "c", "d"]) few.add(id, file);
  assert.deepEqual(
    ["a", "b", "c", "d"].map((id) => few.get(id) !== undefined),
    [true, false, true, true],
  );
  const small = new KnownFiles({ maxKnownFiles: 1e9, maxKnownFileBytes: 10_000 });
  for (let count = 0; count < 10_000; count++) small.add(`${count}${"x".repeat(1_000)}`, file);
  assert.ok(small.size > 0 && small.size < 10, `${small.size}`);
});

test("what was public stays public", () => {
  const known = new KnownFiles({ maxKnownFiles: 9, maxKnownFileBytes: 1e9 });
  const seen = (isPrivate: boolean) => {
    known.add("a", { name: "", contentType: "", isPrivate });
    return known.get("a")?.isPrivate;
  };
  assert.deepEqual([true, false, true].map(seen), [true, false, false]);
});
