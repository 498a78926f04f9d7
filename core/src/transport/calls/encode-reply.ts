/**
 * Encodes unary replies. A reply that many may ask for, or a part of it, stays one object until
 * something changes: it is encoded once for each form in which it is asked for.
 */
import { Buffer } from "node:buffer";
import { create, type DescMessage, type Message, toJsonString } from "@bufbuild/protobuf";
import { encode } from "../../broker/codec/encode.ts";
import { ENVELOPE_BYTES, envelope } from "../../broker/codec/envelope.ts";
import { encodeEnvelope } from "./encode-envelope.ts";
import type { UnaryMethod } from "./method.ts";

type Form = "envelope" | "json";
type Forms = { [form in Form]?: Buffer };

/** By the shared object. */
const encoded = new WeakMap<object, Forms>();

/** The reply in its envelope, not to be written into. */
export function encodeReply({ desc, shares }: UnaryMethod, message: Message): Buffer {
  if (shares === undefined) return encodeEnvelope(desc.output, message);
  return encodeShared(desc.output, message, shares, "envelope");
}

/** A reply of which something is shared, as Connect sends it: without an envelope. */
export function sharedBytes(
  { desc, shares = "reply" }: UnaryMethod,
  message: Message,
  json: boolean,
): Buffer {
  const form = json ? "json" : "envelope";
  const bytes = encodeShared(desc.output, message, shares, form);
  return json ? bytes : bytes.subarray(ENVELOPE_BYTES);
}

function encodeShared(schema: DescMessage, message: Message, shares: string, form: Form): Buffer {
  if (shares === "reply") {
    return once(message, form, () => ENCODERS[form](schema, message));
  }
  const { [shares]: shared, ...rest } = message as Message & Record<string, unknown>;
  const own = ENCODERS[form](schema, create(schema, rest as never));
  if (typeof shared !== "object" || shared === null) return own;
  const alone = once(shared, form, () =>
    ENCODERS[form](schema, create(schema, { [shares]: shared } as never)),
  );
  return JOINERS[form](own, alone);
}

function once(shared: object, form: Form, make: () => Buffer): Buffer {
  const forms = encoded.get(shared) ?? {};
  encoded.set(shared, forms);
  forms[form] ??= make();
  return forms[form];
}

const ENCODERS: Readonly<Record<Form, (schema: DescMessage, message: Message) => Buffer>> = {
  envelope: (schema, message) => envelope(encode(schema, message)),
  json: (schema, message) => Buffer.from(toJsonString(schema, message)),
};

const EMPTY_JSON_BYTES = "{}".length;
const COMMA = Buffer.from(",");

/** Two messages of one kind that have no field in common, as one. */
const JOINERS: Readonly<Record<Form, (one: Buffer, other: Buffer) => Buffer>> = {
  envelope(one, other) {
    const joined = Buffer.concat([one, other.subarray(ENVELOPE_BYTES)]);
    joined.writeUInt32BE(joined.length - ENVELOPE_BYTES, 1);
    return joined;
  },
  json(one, other) {
    if (one.length === EMPTY_JSON_BYTES) return other;
    if (other.length === EMPTY_JSON_BYTES) return one;
    return Buffer.concat([one.subarray(0, -1), COMMA, other.subarray(1)]);
  },
};
