import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { isTranscoded } from "../test/transcoding.ts";

/** Fields as bytes: `[number, content]`, the content a text or fields again. */
type Wire = readonly (readonly [no: number, content: string | Uint8Array | Wire])[];

function wire(fields: Wire): Uint8Array {
  const writer = new BinaryWriter();
  for (const [no, content] of fields) {
    const bytes =
      typeof content === "string"
        ? Buffer.from(content)
        : content instanceof Uint8Array
          ? content
          : wire(content);
    writer.tag(no, WireType.LengthDelimited).bytes(bytes);
  }
  return writer.finish();
}

const message = (value: Wire, ...more: Wire): Uint8Array => wire([[5, value], ...more]);
const invalid = new Uint8Array([0x61, 0xff]);
const unusual: Record<string, Uint8Array> = {
  "no kind": wire([[15, [[1, "a"]]]]),
  "two kinds": message([[2, "a"]], [7, [[2, "b"]]]),
  "one kind twice": message([[2, "a"]], [5, [[2, "b"]]]),
  "an id": wire([
    [1, "7"],
    [5, [[2, "a"]]],
  ]),
  "an unknown field": message([[2, "a"]], [99, "x"]),
  "an unknown field in the event": message([
    [2, "a"],
    [99, "x"],
  ]),
  "an unknown field in the source": message([
    [
      1,
      [
        [1, "#c"],
        [99, "x"],
      ],
    ],
  ]),
  "an unknown field in a block": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [99, "x"],
      ],
    ],
  ]),
  "an unknown kind of block": message([
    [
      3,
      [
        [1, "a"],
        [99, "x"],
      ],
    ],
  ]),
  "a block of two kinds": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [7, [[1, "b"]]],
      ],
    ],
  ]),
  "a repeated text": message([
    [2, "a"],
    [2, "b"],
  ]),
  "a repeated source": message([
    [1, [[1, "#c"]]],
    [1, [[2, [[1, "ann"]]]]],
  ]),
  "fields in another order": message([
    [3, [[2, [[1, "a"]]]]],
    [2, "a"],
  ]),
  "plain after the kind": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [1, "a"],
      ],
    ],
  ]),
  "a repeated tag": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, "1"],
      ],
    ],
    [
      15,
      [
        [1, "n"],
        [2, "2"],
      ],
    ],
  ),
  "a tag without a name, twice": message([[2, "a"]], [15, [[2, "1"]]], [15, [[2, "2"]]]),
  "a tag named by a number": message([[2, "a"]], [15, [[1, "b"]]], [15, [[1, "1"]]]),
  "a tag with its value first": message(
    [[2, "a"]],
    [
      15,
      [
        [2, "v"],
        [1, "n"],
      ],
    ],
  ),
  "a tag with a third field": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, "v"],
        [3, "x"],
      ],
    ],
  ),
  "an invalid text": message([[2, invalid]]),
  "an invalid text beside a block": message([
    [2, invalid],
    [3, [[2, [[1, "a"]]]]],
  ]),
  "an invalid plain": message([
    [
      3,
      [
        [1, invalid],
        [2, [[1, "a"]]],
      ],
    ],
  ]),
  "an invalid id": message([[1, [[1, invalid]]]]),
  "an invalid tag": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, invalid],
      ],
    ],
  ),
  "an invalid tag of core's": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "core/x"],
        [2, invalid],
      ],
    ],
  ),
  "a length in a longer form": new Uint8Array([0x2a, 0x84, 0, 0x12, 2, 0x61, 0x62]),
  "a tag in a longer form": new Uint8Array([0xaa, 0, 4, 0x12, 2, 0x61, 0x62]),
  "more tags than are compared": message(
    [[2, "a"]],
    ...Array.from({ length: 33 }, (_, i) => [15, [[1, `n${i}`]]] as const),
  ),
};

for (const [name, bytes] of Object.entries(unusual)) {
  test(`${name}: it is decoded`, () => assert.ok(!isTranscoded(bytes)));
}

const usual: Record<string, Uint8Array> = {
  "tags in front": wire([
    [
      15,
      [
        [1, "n"],
        [2, "v"],
      ],
    ],
    [5, [[2, "a"]]],
    [15, [[1, "m"]]],
  ]),
  "tags without name or value": message([[2, "a"]], [15, [[2, "v"]]], [15, [[1, "n"]]]),
  "a tag __proto__": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "__proto__"],
        [2, "v"],
      ],
    ],
    [15, [[1, "n"]]],
  ),
  "only core's tags": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "core/original-format"],
        [2, "x"],
      ],
    ],
  ),
  "empty fields that are written": message([
    [
      1,
      [
        [1, ""],
        [2, [[2, ""]]],
      ],
    ],
    [2, ""],
  ]),
  "nothing at all": message([]),
};

for (const [name, bytes] of Object.entries(usual)) {
  test(`${name}: it is transcoded`, () => assert.ok(isTranscoded(bytes)));
}
