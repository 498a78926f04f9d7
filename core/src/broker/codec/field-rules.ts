/**
 * What the transcoder does with a field, and with all fields of a message. Numbers and wire types
 * come from the descriptors, so that a message's rules name its fields only.
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";

/** What is done with a value; the transcoder has a case for each. */
export const OPERATION = {
  copyText: 0,
  copyNumber: 1,
  makeAbsolute: 2,
  transcode: 3,
  normaliseText: 4,
  normaliseBlock: 5,
  setPlain: 6,
  setUrl: 7,
  setSeconds: 8,
  writeChild: 9,
  writeItem: 10,
  cutText: 11,
  checkUrl: 12,
  discard: 13,
  writeArgument: 14,
} as const;

/** Where a block's plain text comes from; the transcoder has a case for each. */
export const PLAIN = { asSet: 0, joined: 1, listed: 2, link: 3, time: 4, file: 5 } as const;

/** Of what an id tells that the event happened there. */
export const PLACE = { none: 0, channel: 1, user: 2 } as const;

export interface FieldRule {
  readonly operation: (typeof OPERATION)[keyof typeof OPERATION];
  /** The fields of the message that this field holds; default: none. */
  readonly fields?: readonly Field[];
  /** Whether something is written, or refused, if the field is missing; default: false. */
  readonly isRequired?: boolean;
  /**
   * Whether an event in which it is missing or empty is dropped; default: false. Of the members of
   * a oneof, one has to be there.
   */
  readonly isNeeded?: boolean;
  /** The name of a truth value beside it; if that is true, it is not needed. */
  readonly unless?: string;
  /** An event with a longer text is dropped; default: no bound but the event's. */
  readonly maxBytes?: number;
  /** An event with more of them is dropped; default: no bound but the event's. */
  readonly maxItems?: number;
  /** An event with another number is dropped; default: any. */
  readonly between?: readonly [least: number, most: number];
  /** Default: none. */
  readonly place?: (typeof PLACE)[keyof typeof PLACE];
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

/** A text, number, truth value or enum, or several of them, as they are. */
export const copied: FieldRule = { operation: OPERATION.copyText };
/** A text of at most so many bytes, or several of them. */
export const upTo = (maxBytes: number): FieldRule => ({ ...copied, maxBytes });
/** A text of which a reference keeps the beginning. */
export const cutShort: FieldRule = { operation: OPERATION.cutText };
/** A url, which is left out if it has a name or password in it. */
export const safeUrl: FieldRule = { operation: OPERATION.checkUrl };
/** What only core may set. */
export const discarded: FieldRule = { operation: OPERATION.discard };
/** A backend's own id of a channel or user, which becomes absolute. */
export const relativeId: FieldRule = { operation: OPERATION.makeAbsolute, isRequired: true };
/** The same; an empty one stays empty. */
export const optionalId: FieldRule = { operation: OPERATION.makeAbsolute };
/** Without it, the event is dropped. */
export const needed = (rule: FieldRule): FieldRule => ({ ...rule, isNeeded: true });
/** A message, or several of them, with these fields. */
export const message = (fields: readonly Field[]): FieldRule => ({
  operation: OPERATION.transcode,
  fields,
});
/** A text and a block next to it that read the same (protocol: "Blocks and text"). */
export const normalised = {
  text: { operation: OPERATION.normaliseText, isRequired: true },
  rootBlock: { operation: OPERATION.normaliseBlock, isRequired: true },
} satisfies FieldRules;
/** A block next to a text that stays as it is. */
export const argument: FieldRule = { operation: OPERATION.writeArgument };
/** In a block: a text that is also its plain text. */
export const plainText: FieldRule = { operation: OPERATION.setPlain, isRequired: true };
/** In a block: the block inside it. */
export const child: FieldRule = { operation: OPERATION.writeChild, isRequired: true };
/** In a block: the blocks that follow each other in it. */
export const items: FieldRule = { operation: OPERATION.writeItem };
/** In a block: the url of its link. */
export const url: FieldRule = { operation: OPERATION.setUrl, isRequired: true };
/** In a block: the seconds of its time. */
export const seconds: FieldRule = { operation: OPERATION.setSeconds };

/** A field's tag as it is on the wire: its first byte, and its second or -1. */
export interface WireTag {
  readonly first: number;
  readonly second: number;
}

/** A field with its rule. */
export interface Field extends Required<Omit<FieldRule, "unless">>, WireTag {
  readonly number: number;
  /** As in TypeScript, and as in the .proto. */
  readonly name: string;
  readonly protoName: string;
  /** The name of its oneof, as in TypeScript; `undefined`: it is in none. */
  readonly oneof: string | undefined;
  readonly unless: string | undefined;
  readonly isRepeated: boolean;
  /** Whether it is written when it is empty, too: in lists and oneofs. */
  readonly hasPresence: boolean;
  /** Whether the message has to be decoded if it is missing. */
  readonly isExpected: boolean;
  /** A shorter value has to be decoded. */
  readonly minBytes: number;
  /** Below this a number is copied; 0: it is none. */
  readonly numbersBelow: number;
}

const ONE_BYTE = 0x80;
const NO_SECOND = -1;
/** Tags of the two fields of a map's entry. */
export const MAP_KEY = 0x0a;
export const MAP_VALUE = 0x12;
/** Larger numbers, and negative ones, are left to the library. */
const NUMBERS_BELOW: Partial<Record<ScalarType, number>> = {
  [ScalarType.BOOL]: 2,
  [ScalarType.INT32]: 2 ** 31,
  [ScalarType.UINT32]: 2 ** 32,
  [ScalarType.INT64]: 2 ** 53,
  [ScalarType.UINT64]: 2 ** 53,
};
const ENUMS_BELOW = 2 ** 31;
const ANY_NUMBER = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const MOST = 2 ** 30;

/**
 * The fields of a message, in the order of their numbers. Throws if a field has no rule, or a rule
 * no field.
 */
export function fieldsOf(schema: DescMessage, rules: FieldRules): Field[] {
  const unused = new Set(Object.keys(rules));
  const fields = schema.fields.map((field) => {
    const rule = rules[field.localName];
    if (rule === undefined) throw new Error(`${schema.typeName}.${field.name} has no rule`);
    unused.delete(field.localName);
    return fieldOf(field, rule);
  });
  if (unused.size > 0) throw new Error(`${schema.typeName} has no field ${[...unused].join()}`);
  return fields.sort((one, other) => one.number - other.number);
}

export function fieldOf(field: DescField, rule: FieldRule): Field {
  const numbersBelow = numbersBelowOf(field);
  if (numbersBelow === undefined) throw new Error(`no rule copies ${field.toString()}`);
  const isNumber = numbersBelow > 0;
  const { isNeeded = false, between = ANY_NUMBER } = rule;
  const isRepeated = field.fieldKind === "list";
  return {
    operation:
      isNumber && rule.operation === OPERATION.copyText ? OPERATION.copyNumber : rule.operation,
    fields: rule.fields ?? [],
    isRequired: rule.isRequired ?? false,
    isNeeded,
    unless: rule.unless,
    maxBytes: rule.maxBytes ?? MOST,
    maxItems: rule.maxItems ?? MOST,
    between,
    place: rule.place ?? PLACE.none,
    number: field.number,
    name: field.localName,
    protoName: field.name,
    oneof: field.oneof?.localName,
    ...wireTag(field.number, isNumber ? WireType.Varint : WireType.LengthDelimited),
    isRepeated,
    hasPresence: isRepeated || field.oneof !== undefined,
    isExpected: isNeeded && field.oneof === undefined,
    minBytes: isNeeded ? 1 : 0,
    numbersBelow: Math.min(numbersBelow, between[1] + 1),
  };
}

/** Of a field with a number up to 2,047. */
export function wireTag(number: number, wireType: WireType): WireTag {
  const tag = (number << 3) | wireType;
  if (tag < ONE_BYTE) return { first: tag, second: NO_SECOND };
  return { first: (tag & 0x7f) | ONE_BYTE, second: tag >> 7 };
}

/**
 * Below this a field's numbers are read and written by hand; 0: it holds texts or messages. Undefined
 * for rare types, such as lists of numbers, which only the library handles.
 */
export function numbersBelowOf(field: DescField): number | undefined {
  if (field.fieldKind === "enum") return ENUMS_BELOW;
  if (field.fieldKind === "scalar" && field.scalar !== ScalarType.STRING) {
    return NUMBERS_BELOW[field.scalar];
  }
  const isOfTexts = field.scalar === ScalarType.STRING;
  return isOfTexts || field.message !== undefined || field.fieldKind === "map" ? 0 : undefined;
}
