import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { NOT_SWEPT, type Sweepable, Sweeper } from "./sweeper.ts";

function entry(then: (self: Sweepable) => void): Sweepable {
  const self: Sweepable = { sweepIndex: NOT_SWEPT, sweep: () => then(self) };
  return self;
}

test("each entry is swept until it is deleted, whoever deletes it", (t) => {
  mock.timers.enable({ apis: ["setInterval"] });
  t.after(() => mock.timers.reset());
  const sweeper = new Sweeper(new ManualClock());
  const swept: string[] = [];
  const keeps = ["a", "b"].map((name) => entry(() => swept.push(name)));
  const goes = entry((self) => {
    swept.push("goes");
    assert.ok(sweeper.delete(self));
  });
  const [a, b] = keeps as [Sweepable, Sweepable];
  for (const each of [a, goes, b, a]) sweeper.add(each);
  assert.equal(sweeper.size, 3);
  mock.timers.tick(250);
  assert.deepEqual(swept.splice(0).sort(), ["a", "b", "goes"]);
  assert.equal(sweeper.size, 2);
  assert.ok(!sweeper.delete(goes), "it was deleted already");
  assert.ok(sweeper.delete(a));
  mock.timers.tick(250);
  assert.deepEqual(swept.splice(0), ["b"]);
  sweeper.add(a);
  sweeper.close();
  mock.timers.tick(500);
  assert.deepEqual([swept, sweeper.size, sweeper.delete(a)], [[], 0, false]);
});
