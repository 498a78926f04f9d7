/** A test of its own for each parser or renderer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, type Subject } from "./growth.ts";

export function testGrowth<Input>(subject: Subject<Input>): void {
  test(`${subject.name}: linear`, () => {
    assert.deepEqual(faultsOf(subject), []);
  });
}
