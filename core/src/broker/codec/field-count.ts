/**
 * Counts the fields of an encoded message before it is decoded. The decoder makes an object of each
 * field: four megabytes of two-byte fields would take it a second and half a gigabyte.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** A tag and a value. */
export const LEAST_BYTES_PER_FIELD = 2;

/** A known field's content: a message, or the wire type of a value to skip. */
type Content = Fields | WireType;
/** Of a message, or of an entry of a map. */
class Fields extends Map<number, Content> {
  /** Whether it is an entry of a map of texts. */
  isTextEntry = false;
}

/**
 * Whether a message and those inside it have more than `most` fields, or among them more than
 * `mostUnusual` that are unknown or entries of a map of texts, which take longest to decode.
 * Malformed bytes count as far as the decoder reads them.
 */
export function hasMoreFields(
  schema: DescMessage,
  bytes: Uint8Array,
  most: number,
  mostUnusual = Number.POSITIVE_INFINITY,
): boolean {
  if (bytes.length <= Math.min(most, mostUnusual) * LEAST_BYTES_PER_FIELD) return false;
  try {
    return isPassed(fieldsOf(schema), new BinaryReader(bytes), { most, mostUnusual });
  } catch {
    return false;
  }
}

interface Bounds {
  readonly most: number;
  readonly mostUnusual: number;
}

/** Goes from tag to tag exactly as the decoder does, which ignores a known field's wire type. */
function isPassed(root: Fields, reader: BinaryReader, { most, mostUnusual }: Bounds): boolean {
  const open = [{ fields: root, end: reader.len }];
  let unusual = 0;
  for (let count = 0; count <= most; count++) {
    if (unusual > mostUnusual) return true;
    let inner = open.at(-1);
    while (inner !== undefined && reader.pos >= inner.end) {
      open.pop();
      inner = open.at(-1);
    }
    if (inner === undefined) return false;
    const [no, wireType] = reader.tag();
    const content = inner.fields.get(no);
    if (content === undefined) {
      unusual++;
      reader.skip(wireType, no);
    } else if (typeof content === "number") reader.skip(content);
    else {
      if (content.isTextEntry) unusual++;
      const length = reader.uint32();
      open.push({ fields: content, end: reader.pos + length });
    }
  }
  return true;
}

const known = new WeakMap<DescMessage, Fields>();

function fieldsOf(schema: DescMessage): Fields {
  const made = known.get(schema);
  if (made !== undefined) return made;
  const fields = new Fields();
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
