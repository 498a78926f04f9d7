/**
 * Encodes messages as the library does, several times as fast, by their descriptors. Very
 * large ones and rare types of fields go to the library. A test compares the
 * two.
 */
import {
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { BackwardWriter } from "./backward-writer.ts";
import { MAP_KEY, MAP_VALUE, numbersBelowOf, wireTag } from "./field-rules.ts";

/** A tag is a field's number times this, and its wire type. */
const WIRE_TYPES = 8;

type Fields = Readonly<Record<string, unknown>>;
type WriteFields = (message: Fields) => void;
type WriteValue = (value: unknown) => void;

/** The largest message that core sends fits in. */
const CAPACITY_BYTES = 4_194_304;
const output = new BackwardWriter(CAPACITY_BYTES);
/** The library has to encode the message. */
let isUnusual = false;

export function encode<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
): Uint8Array {
  output.reset();
  isUnusual = false;
  fieldsWriter(schema)(message as unknown as Fields);
  return isUnusual || output.isFull ? toBinary(schema, message) : output.finish();
}

const fieldsWriters = new Map<DescMessage, WriteFields>();

/** Writes a message's fields, the last one first. */
function fieldsWriter(schema: DescMessage): WriteFields {
  const made = fieldsWriters.get(schema);
  if (made !== undefined) return made;
  const writers: WriteFields[] = [];
  const write: WriteFields = (message) => {
    if (message["$unknown"] !== undefined) writeUnknown(message["$unknown"] as UnknownField[]);
    for (const writeField of writers) writeField(message);
  };
  // Messages hold messages of their own kind, so this one is known before its fields are.
  fieldsWriters.set(schema, write);
  for (const run of runsOf(schema)) writers.push(runWriter(run));
  return write;
}

/** Fields of a later edition, which come last as they came. */
function writeUnknown(fields: readonly UnknownField[]): void {
  for (let index = fields.length - 1; index >= 0; index--) {
    const { no, wireType, data } = fields[index] as UnknownField;
    output.raw(data);
    output.varint(no * WIRE_TYPES + wireType);
  }
}

/** The fields from the last to the first; members of a oneof next to each other are together. */
function runsOf(schema: DescMessage): DescField[][] {
  const runs: DescField[][] = [];
  for (const field of [...schema.fields].sort((one, other) => other.number - one.number)) {
    const last = runs.at(-1);
    if (field.oneof !== undefined && last?.[0]?.oneof === field.oneof) last.push(field);
    else runs.push([field]);
  }
  return runs;
}

function runWriter(run: readonly DescField[]): WriteFields {
  const [field] = run as [DescField];
  const { oneof, localName } = field;
  if (oneof !== undefined) {
    const members = new Map(run.map((member) => [member.localName, valueWriter(member)]));
    return (message) => {
      const { case: kind, value } = message[oneof.localName] as { case?: string; value?: unknown };
      if (kind !== undefined) members.get(kind)?.(value);
    };
  }
  const writeValue = valueWriter(field);
  if (field.fieldKind === "list") {
    return (message) => {
      const items = message[localName] as readonly unknown[];
      for (let index = items.length - 1; index >= 0; index--) writeValue(items[index]);
    };
  }
  if (field.fieldKind === "map" || field.fieldKind === "message") {
    return (message) => {
      const value = message[localName];
      if (value !== undefined) writeValue(value);
    };
  }
  return (message) => {
    const value = message[localName];
    if (value !== "" && value !== 0 && value !== 0n && value !== false) writeValue(value);
  };
}

/** Writes a value with its head, whatever the value is. */
function valueWriter(field: DescField): WriteValue {
  if (field.fieldKind === "map") return mapWriter(field);
  if (field.message !== undefined) return messageWriter(field, field.message);
  if (field.scalar === ScalarType.STRING) return stringWriter(field);
  return numberWriter(field);
}

function messageWriter({ number }: DescField, schema: DescMessage): WriteValue {
  const tag = wireTag(number, WireType.LengthDelimited);
  const writeFields = fieldsWriter(schema);
  return (value) => {
    const end = output.at;
    writeFields(value as Fields);
    output.head(tag, end - output.at);
  };
}

function stringWriter({ number }: DescField): WriteValue {
  const tag = wireTag(number, WireType.LengthDelimited);
  return (value) => {
    const end = output.at;
    if (typeof value === "string") output.string(value);
    else isUnusual = true;
    output.head(tag, end - output.at);
  };
}

/** Maps of texts to texts or messages; others are unusual unless they are empty. */
function mapWriter(field: DescField & { fieldKind: "map" }): WriteValue {
  const write = entryWriter(field);
  const tag = wireTag(field.number, WireType.LengthDelimited);
  return (value) => {
    const map = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(map);
    if (write === undefined && names.length > 0) {
      isUnusual = true;
      return;
    }
    for (let index = names.length - 1; index >= 0; index--) {
      const name = names[index] as string;
      const end = output.at;
      write?.(map[name]);
      output.shortHead(MAP_VALUE, end - output.at);
      const valueAt = output.at;
      output.string(name);
      output.shortHead(MAP_KEY, valueAt - output.at);
      output.head(tag, end - output.at);
    }
  };
}

/** Writes an entry's value without its head; `undefined`: the library has to. */
function entryWriter(field: DescField & { fieldKind: "map" }): WriteValue | undefined {
  if (field.mapKey !== ScalarType.STRING) return undefined;
  if (field.message !== undefined) return fieldsWriter(field.message) as WriteValue;
  return field.scalar === ScalarType.STRING ? (text) => output.string(text as string) : undefined;
}

/** Numbers that are negative or have fractions are unusual, and so are lists of numbers. */
function numberWriter(field: DescField): WriteValue {
  const isSupported = numbersBelowOf(field) !== undefined;
  const tag = wireTag(field.number, WireType.Varint);
  return (value) => {
    const number = Number(value);
    if (!isSupported || number < 0 || !Number.isSafeInteger(number)) {
      isUnusual = true;
      return;
    }
    output.varint(number);
    output.tag(tag);
  };
}
