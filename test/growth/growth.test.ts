/** The measurement itself: what grows too fast is found, in JavaScript and natively, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ExecutionCounter } from "./execution-counter.ts";
import { faultsOf } from "./growth.ts";
import { endsOfBlanks, lastOfEach, lastOfEachSlowly } from "./testdata/planted-parsers.ts";
import { textFamilies } from "./text-families.ts";

const families = textFamilies("planted", ["ab", " "]).slice(0, 2);

test("the same work is the same number of steps", () => {
  using counter = new ExecutionCounter();
  const work = () => lastOfEach("abcdef".repeat(100));
  const first = counter.count(work);
  assert.ok(first > 600, String(first));
  assert.equal(counter.count(work), first);
  assert.equal(
    counter.count(() => undefined),
    0,
  );
});

test("what is linear is no fault", () => {
  assert.deepEqual(faultsOf({ name: "linear", run: lastOfEach, families }), []);
});

test("what is quadratic in JavaScript is one", () => {
  const faults = faultsOf({
    name: "slow",
    run: lastOfEachSlowly,
    families,
    maxSize: 2_048,
    maxSteps: 1e9,
  });
  assert.match(
    faults[0] ?? "",
    /^slow, "" \+ "ab" × n \+ "": \d+ → \d+ → \d+; .* steps for n, 2n, 4n$/,
  );
});

test("what is quadratic within a regular expression is one", () => {
  const faults = faultsOf({ name: "native", run: endsOfBlanks, families });
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /^native, "" \+ " " × n \+ "": .* µs of CPU for n, 2n, 4n$/);
});
