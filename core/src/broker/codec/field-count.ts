/**
 * Counts the fields of an encoded message before it is decoded. The decoder makes an object of each
 * field: four megabytes of two-byte fields would take it a second and half a gigabyte.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { BlockSchema } from "@seabird-chat/protocol";

/** A tag and a value. */
export const LEAST_BYTES_PER_FIELD = 2;

/** A known field's content: a message, or the wire type of a value to skip. */
type Content = Fields | WireType;
/** Of a message, or of an entry of a map. */
class Fields extends Map<number, Content> {
  /** Whether it is an entry of a map of texts. */
  isTextEntry = false;
  isBlock = false;
}

/** How much a message may have, those inside it included. */
export interface FieldBounds {
  readonly fields: number;
  /** Fields that are unknown or entries of a map of texts, which take longest to decode. */
  readonly unusual: number;
  readonly blocks: number;
}

/** Whether a message and those inside it have more than `most` fields. */
export function hasMoreFields(schema: DescMessage, bytes: Uint8Array, most: number): boolean {
  return excessOf(schema, bytes, { ...UNBOUNDED, fields: most }) !== undefined;
}

const UNBOUNDED: FieldBounds = { fields: Infinity, unusual: Infinity, blocks: Infinity };

/**
 * What a message has too much of, if anything. Malformed bytes count as far as the decoder reads them.
 */
export function excessOf(
  schema: DescMessage,
  bytes: Uint8Array,
  bounds: FieldBounds,
): keyof FieldBounds | undefined {
  const least = Math.min(bounds.fields, bounds.unusual, bounds.blocks);
  if (bytes.length <= least * LEAST_BYTES_PER_FIELD) return undefined;
  try {
    return passed(fieldsOf(schema), new BinaryReader(bytes), bounds);
  } catch {
    return undefined;
  }
}

/** Goes from tag to tag exactly as the decoder does, which ignores a known field's wire type. */
function passed(
  root: Fields,
  reader: BinaryReader,
  most: FieldBounds,
): keyof FieldBounds | undefined {
  const open = [{ fields: root, end: reader.len }];
  let unusual = 0;
  let blocks = 0;
  for (let count = 0; count <= most.fields; count++) {
    if (unusual > most.unusual) return "unusual";
    if (blocks > most.blocks) return "blocks";
    let inner = open.at(-1);
    while (inner !== undefined && reader.pos >= inner.end) {
      open.pop();
      inner = open.at(-1);
    }
    if (inner === undefined) return undefined;
    const [no, wireType] = reader.tag();
    const content = inner.fields.get(no);
    if (content === undefined) {
      unusual++;
      reader.skip(wireType, no);
    } else if (typeof content === "number") reader.skip(content);
    else {
      if (content.isTextEntry) unusual++;
      if (content.isBlock) blocks++;
      const length = reader.uint32();
      open.push({ fields: content, end: reader.pos + length });
    }
  }
  return "fields";
}

const known = new WeakMap<DescMessage, Fields>();

function fieldsOf(schema: DescMessage): Fields {
  const made = known.get(schema);
  if (made !== undefined) return made;
  const fields = new Fields();
  fields.isBlock = schema.typeName === BlockSchema.typeName;
  // Messages hold messages of their own kind, so this one is known before its fields are.
  known.set(schema, fields);
  for (const field of schema.fields) fields.set(field.number, contentOf(field));
  return fields;
}

function contentOf(field: DescField): Content {
  if (field.fieldKind === "map") {
    const value = field.message === undefined ? wireTypeOf(field.scalar) : fieldsOf(field.message);
    const entry = new Fields([
      [1, wireTypeOf(field.mapKey)],
      [2, value],
    ]);
    entry.isTextEntry = field.scalar === ScalarType.STRING;
    return entry;
  }
  return field.message === undefined ? wireTypeOf(field.scalar) : fieldsOf(field.message);
}

/** An enum, which has no scalar type, is a varint. */
function wireTypeOf(scalar: ScalarType | undefined): WireType {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}
