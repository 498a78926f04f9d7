/** The measurement itself: what grows too fast is found, in JavaScript and natively, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ExecutionCounter } from "./execution-counter.ts";
import { countedFaults, timedFaults } from "./growth.ts";
import { endsOfBlanks, lastOfEach, lastOfEachSlowly } from "./testdata/planted-parsers.ts";
import { textFamilies } from "./text-families.ts";

const counter = new ExecutionCounter();
const families = textFamilies("planted", ["ab", " "]).slice(0, 2);

test("the same work is the same number of steps", () => {
  const work = () => lastOfEach("abcdef".repeat(100));
  const first = counter.count(work);
  assert.ok(first > 600 * "last.set(text.charAt(at), at)".length, String(first));
  assert.equal(counter.count(work), first);
  assert.equal(
    counter.count(() => undefined),
    0,
  );
});

test("what is linear is no fault", () => {
  const linear = { name: "linear", run: lastOfEach, families };
  assert.deepEqual([...countedFaults(linear, counter), ...timedFaults(linear)], []);
});

test("what is quadratic in JavaScript is one", () => {
  const slow = { name: "slow", run: lastOfEachSlowly, families, maxSize: 2_048, maxSteps: 1e9 };
  const [fault] = countedFaults(slow, counter);
  assert.match(
    fault ?? "",
    /^slow, "" \+ "ab" × n \+ "": \d+ → \d+ → \d+; .* steps for n, 2n, 4n$/,
  );
});

test("what does very much for each character is one, though it is linear", () => {
  const heavy = { name: "heavy", run: lastOfEach, families, maxSteps: 10 };
  const [fault] = countedFaults(heavy, counter);
  assert.match(fault ?? "", /^heavy, .*: \d+ steps for each unit$/);
});

test("what is quadratic within a regular expression is one", () => {
  const faults = timedFaults({ name: "native", run: endsOfBlanks, families });
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /^native, "" \+ " " × n \+ "": .* µs of CPU for n, 2n, 4n$/);
});
