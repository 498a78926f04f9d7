/** Records the shapes anew: `node --test bench/shapes/record.ts`, when a backend sends more. */
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { recordShape } from "./recorder.ts";
import { RECORDED_FILE, type RecordedShape, SHAPE_NAMES } from "./shape.ts";

test("records", async (t) => {
  const shapes: Record<string, RecordedShape> = {};
  for (const name of SHAPE_NAMES) {
    const shape = await recordShape(t, name);
    if (shape === undefined) return;
    shapes[name] = shape;
  }
  await writeFile(RECORDED_FILE, `${JSON.stringify(shapes, null, 2)}\n`);
});
