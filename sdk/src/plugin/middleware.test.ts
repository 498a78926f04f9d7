/** Middleware around a handler: order, ends, errors, and what it forgot to wait for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErasedMiddleware } from "./declarations.ts";
import { runThrough } from "./middleware.ts";

function setUp() {
  const log: string[] = [];
  const around =
    (name: string): ErasedMiddleware =>
    async (_context, next) => {
      log.push(`${name}+`);
      await next();
      log.push(`${name}-`);
    };
  const handler = async () => {
    await Promise.resolve();
    log.push("handler");
  };
  return { log, around, handler };
}

test("the first one used is the outermost", async () => {
  const { log, around, handler } = setUp();
  await runThrough([around("a"), around("b")], {}, handler);
  assert.deepEqual(log, ["a+", "b+", "handler", "b-", "a-"]);
});

test("what is not handed on does not reach the handler", async () => {
  const { log, around, handler } = setUp();
  await runThrough([around("a"), () => undefined, around("b")], {}, handler);
  assert.deepEqual(log, ["a+", "a-"]);
});

test("an error of the handler passes through, and may be caught on the way", async () => {
  const { log, around } = setUp();
  const fails = () => Promise.reject(new Error("cold"));
  await assert.rejects(runThrough([around("a")], {}, fails), /cold/);
  const tolerant: ErasedMiddleware = async (_context, next) => {
    await next().catch((error: unknown) => log.push(String(error)));
  };
  await runThrough([tolerant], {}, fails);
  assert.deepEqual(log, ["a+", "Error: cold"]);
});

test("a handler that middleware did not wait for is waited for, and its error is heard", async () => {
  const { log, handler } = setUp();
  const hasty: ErasedMiddleware = (_context, next) => {
    void next();
  };
  await runThrough([hasty], {}, handler);
  assert.deepEqual(log, ["handler"]);
  const fails = async () => {
    await Promise.resolve();
    throw new Error("cold");
  };
  await assert.rejects(runThrough([hasty, hasty], {}, fails), /cold/);
});

test("next() works once", async () => {
  const { handler, log } = setUp();
  const twice: ErasedMiddleware = async (_context, next) => {
    await next();
    await next();
  };
  await assert.rejects(runThrough([twice], {}, handler), /next\(\) was called twice/);
  assert.deepEqual(log, ["handler"]);
});
