/** Uploads that take longer than a request. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isUnavailable, SeabirdError } from "@seabird-chat/sdk";
import { FakeClock } from "@seabird-chat/testkit";
import type { UploadedFile } from "../outbound/files.ts";
import {
  type Progress,
  RunningUploads,
  StillUploading,
  uploadByProgress,
} from "./running-uploads.ts";

const FILE: UploadedFile = { uri: "mxc://x/1", contentType: "text/plain", sizeBytes: 3 };

function setUp() {
  const clock = new FakeClock();
  const running = new RunningUploads();
  const { signal } = new AbortController();
  const join = (key: string, begin: () => Promise<UploadedFile>, given = signal) =>
    running.join(key, begin, { clock, signal: given, untilMs: clock.now() + 8_500 });
  const progressing = (upload: (progress: Progress) => Promise<UploadedFile>) =>
    uploadByProgress({ clock, signal }, upload);
  return { clock, join, progressing };
}

test("a request that is over leaves the upload, and the next one gets it", async () => {
  const { clock, join } = setUp();
  const upload = Promise.withResolvers<UploadedFile>();
  let begun = 0;
  const begin = () => {
    begun++;
    return upload.promise;
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    const late = join("a", begin).catch((reason: unknown) => reason);
    await clock.advance("9s");
    const reason = await late;
    assert.ok(reason instanceof StillUploading);
    assert.ok(isUnavailable(new SeabirdError("unknown", reason.message)));
  }
  const done = join("a", begin);
  upload.resolve(FILE);
  assert.equal(await done, FILE);
  assert.equal(begun, 1);
});

test("one that fails is begun anew, and nobody waits for an aborted request", async () => {
  const { join } = setUp();
  await assert.rejects(
    join("a", () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await join("a", async () => FILE), FILE);
  const ended = new AbortController();
  const waiting = join("b", () => new Promise(() => undefined), ended.signal);
  ended.abort(new Error("nobody waits"));
  await assert.rejects(waiting, /nobody waits/);
});

test("too many at once are left for later", async () => {
  const { clock, join } = setUp();
  const never = () => new Promise<UploadedFile>(() => undefined);
  const waiting = ["a", "b", "c", "d"].map((key) =>
    assert.rejects(join(key, never), StillUploading),
  );
  await assert.rejects(join("e", never), /too many files/);
  await clock.advance("9s");
  await Promise.all(waiting);
});

test("an upload lasts as long as it moves, and ends when it does not", async () => {
  const { clock, progressing } = setUp();
  const parts = 10;
  async function* slowly() {
    for (let part = 0; part < parts; part++) {
      await clock.advance("20s");
      yield new Uint8Array(1);
    }
  }
  let taken = 0;
  const whole = await progressing(async ({ of }) => {
    for await (const part of of(slowly())) taken += part.length;
    return FILE;
  });
  assert.deepEqual([whole, taken], [FILE, parts]);

  let isEnded = false;
  const stuck = progressing(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          isEnded = true;
          reject(signal.reason);
        });
      }),
  );
  const refused = assert.rejects(stuck, /no progress for 30 s/);
  await clock.advance("31s");
  await refused;
  assert.ok(isEnded);
});
