/**
 * A test of its own for each parser or renderer. The same file runs in a worker too, which counts what V8
 * executes: code that counts is not optimised, and would hide in this thread what is done natively.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { ExecutionCounter } from "./execution-counter.ts";
import { countedFaults, type Subject, timedFaults } from "./growth.ts";

type Faults = readonly string[];

const counter = isMainThread ? undefined : new ExecutionCounter();
const answers = new Map<string, PromiseWithResolvers<Faults>>();

export function testGrowth<Input>(subject: Subject<Input>): void {
  if (counter !== undefined) {
    parentPort?.postMessage([subject.name, countedFaults(subject, counter)]);
    return;
  }
  if (answers.size === 0) startCounting();
  const counted = Promise.withResolvers<Faults>();
  counted.promise.catch(() => undefined);
  answers.set(subject.name, counted);
  test(`${subject.name}: linear`, async () => {
    assert.deepEqual([...timedFaults(subject), ...(await counted.promise)], []);
  });
}

function startCounting(): void {
  const worker = new Worker(process.argv[1] ?? "");
  worker.on("message", ([name, faults]: [string, Faults]) => answers.get(name)?.resolve(faults));
  const ended = (reason: unknown) => {
    for (const answer of answers.values()) answer.reject(reason);
  };
  worker.on("error", ended);
  worker.on("exit", (code) => ended(new Error(`the worker that counts has ended with ${code}`)));
}
