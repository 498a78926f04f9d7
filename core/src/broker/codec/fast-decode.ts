/**
 * Decodes messages as the library does, several times as fast, by their descriptors. Whatever
 * encoders do not write, unknown fields and rare types of fields are left to the library. A test
 * compares the two.
 */
import { Buffer } from "node:buffer";
import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { MAP_KEY, MAP_VALUE, numbersBelowOf } from "./field-rules.ts";

const ONE_BYTE = 0x80;
/** In longer texts, native code finds out faster whether they are ASCII. */
const SHORT_BYTES = 32;
/** The library refuses messages that are nested a little deeper. */
const MAX_DEPTH = 90;
const MAX_VARINT = 2 ** 53;
const REPLACEMENT = "\ufffd";

type Fields = Record<string, unknown>;
type Read = (message: Fields, end: number) => void;

interface Spec {
  /** What a message without fields has: names, and values of which each message needs its own copy. */
  readonly names: readonly string[];
  readonly values: readonly unknown[];
  /** By the tag. */
  readonly readers: ReadonlyMap<number, Read>;
}

const NONE = Buffer.alloc(0);
/** One message is read at a time. */
let bytes: Buffer = NONE;
let at = 0;
let depth = 0;
/** The library has to decode the message. */
let isUnusual = false;

/** The message as the library decodes it; `undefined`: the library has to decode it. */
export function fastDecode(schema: DescMessage, encoded: Uint8Array): Message | undefined {
  if (!Buffer.isBuffer(encoded)) return undefined;
  bytes = encoded;
  at = 0;
  depth = 0;
  isUnusual = false;
  const message = readMessage(specOf(schema), bytes.length);
  bytes = NONE;
  return isUnusual ? undefined : (message as unknown as Message);
}

function readMessage({ names, values, readers }: Spec, end: number): Fields {
  // A spread copy of so many different messages would be slower.
  const message: Fields = {};
  for (let index = 0; index < names.length; index++) {
    const value = values[index];
    message[names[index] as string] = typeof value === "object" ? own(value) : value;
  }
  if (++depth > MAX_DEPTH) isUnusual = true;
  while (at < end && !isUnusual) {
    const read = readers.get(varint(end));
    if (read === undefined) isUnusual = true;
    else read(message, end);
  }
  depth--;
  return message;
}

/** An empty list, map or oneof. */
function own(value: object | null): object {
  if (Array.isArray(value)) return [];
  return value !== null && "case" in value ? { case: undefined } : {};
}

/** A number below 2^53 in its shortest form. */
function varint(end: number): number {
  let value = 0;
  for (let factor = 1; at < end && value < MAX_VARINT; factor *= ONE_BYTE) {
    const byte = bytes[at++] as number;
    if (byte < ONE_BYTE) {
      value += byte * factor;
      if (value >= MAX_VARINT || (byte === 0 && factor > 1)) break;
      return value;
    }
    value += (byte - ONE_BYTE) * factor;
  }
  isUnusual = true;
  return 0;
}

/** Reads a length; returns where the value ends, at most `end`. */
function enter(end: number): number {
  const length = varint(end);
  if (at + length <= end) return at + length;
  isUnusual = true;
  return at;
}

/** The text up to `end`. */
function text(end: number): string {
  const from = at;
  at = end;
  if (from === end) return "";
  if (end - from <= SHORT_BYTES) {
    let seen = 0;
    for (let index = from; index < end; index++) seen |= bytes[index] as number;
    if (seen < ONE_BYTE) return bytes.toString("latin1", from, end);
  }
  const read = bytes.toString("utf8", from, end);
  // It stands for what is not UTF-8, which the library refuses.
  if (read.includes(REPLACEMENT)) isUnusual = true;
  return read;
}

const specs = new Map<DescMessage, Spec>();

function specOf(schema: DescMessage): Spec {
  const made = specs.get(schema);
  if (made !== undefined) return made;
  const readers = new Map<number, Read>();
  const empty = create(schema);
  const spec = { names: Object.keys(empty), values: Object.values(empty), readers };
  // Messages hold messages of their own kind, so this one is known before its fields are.
  specs.set(schema, spec);
  for (const field of schema.fields) {
    const isNumber = (numbersBelowOf(field) ?? 0) > 0;
    const wireType = isNumber ? WireType.Varint : WireType.LengthDelimited;
    const read = readerOf(field);
    if (read !== undefined) readers.set((field.number << 3) | wireType, read);
  }
  return spec;
}

/** Reads a field; `undefined`: the library has to read it. */
function readerOf(field: DescField): Read | undefined {
  const { localName } = field;
  if (field.fieldKind === "map") return mapReader(field);
  if (field.message !== undefined) return messageReader(field, field.message);
  const readValue = valueReader(field);
  if (readValue === undefined) return undefined;
  if (field.fieldKind === "list") {
    return (message, end) => (message[localName] as unknown[]).push(readValue(end));
  }
  const oneof = field.oneof?.localName;
  if (oneof === undefined) {
    return (message, end) => {
      message[localName] = readValue(end);
    };
  }
  return (message, end) => {
    message[oneof] = { case: localName, value: readValue(end) };
  };
}

/** A repeated message that is no list is merged by the library. */
function messageReader(field: DescField, schema: DescMessage): Read {
  const { localName, fieldKind } = field;
  const spec = specOf(schema);
  if (fieldKind === "list") {
    return (message, end) => (message[localName] as unknown[]).push(readMessage(spec, enter(end)));
  }
  const oneof = field.oneof?.localName;
  if (oneof === undefined) {
    return (message, end) => {
      if (message[localName] !== undefined) isUnusual = true;
      message[localName] = readMessage(spec, enter(end));
    };
  }
  return (message, end) => {
    if ((message[oneof] as { case?: string }).case !== undefined) isUnusual = true;
    message[oneof] = { case: localName, value: readMessage(spec, enter(end)) };
  };
}

function mapReader(field: DescField & { fieldKind: "map" }): Read | undefined {
  if (field.mapKey !== ScalarType.STRING || field.scalar !== ScalarType.STRING) return undefined;
  const { localName } = field;
  return (message, limit) => {
    const end = enter(limit);
    let name = "";
    let value = "";
    if (at < end && bytes[at] === MAP_KEY) {
      at++;
      name = text(enter(end));
    }
    if (at < end && bytes[at] === MAP_VALUE) {
      at++;
      value = text(enter(end));
    }
    // An assignment would set the map's prototype.
    if (at !== end || name === "__proto__") isUnusual = true;
    else (message[localName] as Record<string, string>)[name] = value;
  };
}

function valueReader(field: DescField): ((end: number) => unknown) | undefined {
  const most = numbersBelowOf(field);
  if (most === undefined) return undefined;
  switch (field.scalar) {
    case ScalarType.STRING:
      return (end) => text(enter(end));
    case ScalarType.BOOL:
      return (end) => below(most, end) === 1;
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return (end) => BigInt(below(most, end));
    default:
      return (end) => below(most, end);
  }
}

function below(most: number, end: number): number {
  const value = varint(end);
  if (value >= most) isUnusual = true;
  return value;
}
