import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ManualClock } from "../../test/manual-clock.ts";
import { JoinQueue, joinOrder } from "./join-queue.ts";

function setUp(count: number, alone: readonly string[] = []) {
  const clock = new ManualClock();
  const sent: (readonly string[])[] = [];
  const open = new Set<string>();
  const queue = new JoinQueue<string>(
    {
      isAlone: (item) => alone.includes(item),
      take: (item) => !item.startsWith("x"),
      send: (group) => {
        sent.push(group);
        for (const item of group) open.add(item);
      },
      isUnanswered: (item) => open.has(item),
    },
    clock,
  );
  for (let at = 0; at < count; at++) queue.add(`#${at}`);
  /** Answers the last group; some of it is refused. */
  const answer = (refused = 0) => {
    for (let at = 0; at < refused; at++) queue.refused();
    open.clear();
    queue.send();
  };
  return { clock, queue, sent, open, answer, sizes: () => sent.map(({ length }) => length) };
}

suite("join queue", () => {
  test("groups grow with what is accepted, up to what one JOIN may hold", () => {
    const { queue, answer, sizes, clock } = setUp(60);
    queue.send();
    for (let at = 0; at < 12; at++) answer();
    assert.deepEqual(sizes(), [2, 4, 4, 5, 7, 10, 10, 10, 8]);
    assert.deepEqual([queue.size, clock.timers], [0, 0]);
  });

  test("few are one group, but not after a refusal", () => {
    const { queue, answer, sizes, clock } = setUp(3);
    queue.send();
    assert.deepEqual(sizes(), [3]);
    for (const item of ["#4", "#5"]) queue.add(item);
    answer(1);
    clock.advance(60_000);
    assert.deepEqual(sizes(), [3, 1, 1]);
  });

  test("after a refusal one at a time, 3 s for each refusal later", () => {
    const { queue, answer, sizes, clock } = setUp(20);
    queue.send();
    answer();
    answer(2);
    clock.advance(5_999);
    assert.deepEqual(sizes(), [2, 4]);
    clock.advance(1);
    assert.deepEqual(sizes(), [2, 4, 1]);
    answer(1);
    clock.advance(3_000);
    answer();
    answer();
    assert.deepEqual(sizes(), [2, 4, 1, 1, 2, 4]);
  });

  test("without its answers the next one is sent 10 s later, alone", () => {
    const { queue, answer, sizes, clock } = setUp(20);
    queue.send();
    answer();
    clock.advance(9_999);
    queue.send();
    assert.deepEqual(sizes(), [2, 4]);
    clock.advance(1);
    assert.deepEqual(sizes(), [2, 4, 1]);
  });

  test("what was refused before is alone, and what is not to be joined any more is left out", () => {
    const { queue, answer, sent } = setUp(0, ["#1", "#4"]);
    for (const item of ["x", "#0", "#1", "#2", "#3", "#4", "x2"]) queue.add(item);
    queue.send();
    for (let at = 0; at < 5; at++) answer();
    assert.deepEqual(sent, [["#0"], ["#1"], ["#2", "#3"], ["#4"]]);
  });

  test("clear forgets refusals and answers that are due", () => {
    const { queue, answer, sizes, clock } = setUp(20);
    queue.send();
    answer(1);
    queue.clear();
    assert.deepEqual([queue.size, clock.timers], [0, 0]);
    queue.add("#30");
    queue.send();
    assert.deepEqual(sizes(), [2, 1]);
  });
});

test("the order of a short list stays; of a long one neighbours are far apart, and none is lost", () => {
  const items = Array.from({ length: 44 }, (_, at) => at);
  const short = items.slice(0, 12);
  assert.deepEqual(joinOrder(short), short);
  const order = joinOrder(items);
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    items,
  );
  assert.deepEqual(order.slice(0, 3), [0, 32, 16]);
  for (let at = 0; at + 10 <= items.length; at += 10) {
    const late = order.slice(at, at + 10).filter((item) => item >= 22).length;
    assert.ok(late >= 3 && late <= 7, `${late} from the second half`);
  }
});
