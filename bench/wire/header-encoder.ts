/**
 * Headers as a client sends them (RFC 7541): what is said for the first time enters the peer's
 * table, and is one byte from then on. No Huffman coding.
 */

export type HeaderField = readonly [name: string, value: string];

/** Places of RFC 7541's static table that a gRPC client needs. */
const STATIC_FIELDS: Readonly<Record<string, number>> = {
  ":method: POST": 3,
  ":scheme: http": 6,
  ":scheme: https": 7,
};
const STATIC_NAMES: Readonly<Record<string, number>> = {
  ":authority": 1,
  ":path": 4,
  authorization: 23,
  "content-type": 31,
  "user-agent": 58,
};
const STATIC_SIZE = 61;
/** The table's size before anybody has said another; what does not fit is not entered. */
const TABLE_BYTES = 4096;
const FIELD_OVERHEAD = 32;

export class HeaderEncoder {
  readonly #entered = new Map<string, number>();
  #tableBytes = 0;

  /** The header block of these fields. */
  encode(fields: readonly HeaderField[]): Buffer {
    return Buffer.concat(fields.map((field) => this.#field(field)));
  }

  #field([name, value]: HeaderField): Buffer {
    const key = `${name}: ${value}`;
    const fixed = STATIC_FIELDS[key];
    if (fixed !== undefined) return integer(0x80, 7, fixed);
    const place = this.#entered.get(key);
    if (place !== undefined) {
      return integer(0x80, 7, STATIC_SIZE + this.#entered.size - place);
    }
    const size = FIELD_OVERHEAD + Buffer.byteLength(key) - 2;
    const enters = this.#tableBytes + size <= TABLE_BYTES;
    if (enters) {
      this.#tableBytes += size;
      this.#entered.set(key, this.#entered.size);
    }
    const known = STATIC_NAMES[name];
    const first = enters ? integer(0x40, 6, known ?? 0) : integer(0, 4, known ?? 0);
    return Buffer.concat([first, ...(known === undefined ? [text(name)] : []), text(value)]);
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([integer(0, 7, bytes.length), bytes]);
}

function integer(first: number, bits: number, value: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.of(first | value);
  const bytes = [first | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
