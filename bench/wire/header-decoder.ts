/**
 * Headers as a server sends them (RFC 7541), as far as a load generator needs: its own settings
 * forbid the peer a table, so each block stands alone and may be remembered whole.
 */

/** Names of the static table that carry a status; all others are told by their place. */
const STATIC_STATUS: Readonly<Record<number, string>> = {
  8: "200",
  9: "204",
  10: "206",
  11: "304",
  12: "400",
  13: "404",
  14: "500",
};
const STATIC_SIZE = 61;

/** The fields of one block; a name of the static table comes as `#<place>`, `:status` by name. */
export function decodeHeaders(block: Uint8Array): Map<string, string> {
  const reader = new Reader(block);
  const fields = new Map<string, string>();
  while (reader.at < block.length) {
    const first = block[reader.at] ?? 0;
    if (first >= 0x80) {
      const place = reader.integer(7);
      const status = STATIC_STATUS[place];
      if (status !== undefined) fields.set(":status", status);
    } else if (first >= 0x40) readField(reader, 6, fields);
    else if (first >= 0x20) reader.integer(5);
    else readField(reader, 4, fields);
  }
  return fields;
}

function readField(reader: Reader, bits: number, fields: Map<string, string>): void {
  const place = reader.integer(bits);
  if (place > STATIC_SIZE) throw new Error("the peer uses a header table although it has none");
  const name = place === 0 ? reader.text() : STATIC_STATUS[place] ? ":status" : `#${place}`;
  fields.set(name, reader.text());
}

class Reader {
  at = 0;
  readonly #block: Uint8Array;

  constructor(block: Uint8Array) {
    this.#block = block;
  }

  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#byte() & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new Error("a header's number is too long");
  }

  text(): string {
    const huffman = ((this.#block[this.at] ?? 0) & 0x80) !== 0;
    const length = this.integer(7);
    const bytes = this.#block.subarray(this.at, this.at + length);
    if (bytes.length < length) throw new Error("a header ends too early");
    this.at += length;
    return huffman ? unpack(bytes) : Buffer.from(bytes).toString("latin1");
  }

  #byte(): number {
    const byte = this.#block[this.at++];
    if (byte === undefined) throw new Error("a header ends too early");
    return byte;
  }
}

/** How many bits each printable character has, from the space on; 0: more than 15, not read. */
const CODE_BITS = [
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6,
  12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 0,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15,
  11, 14, 13,
];
const FIRST_CHARACTER = 32;
const LONGEST = 15;

/** Codes are handed out in order, shorter ones first, then by character: `1` + code → character. */
const CHARACTERS = (() => {
  const characters = new Map<number, string>();
  let code = 0;
  for (let bits = 5; bits <= LONGEST; bits++) {
    code <<= 1;
    // No character that can be printed is missing among those of fewer bits, save byte 0.
    for (const [index, length] of CODE_BITS.entries()) {
      if (length === bits) {
        characters.set((1 << bits) | code++, String.fromCharCode(FIRST_CHARACTER + index));
      }
      if (bits === 13 && index === 0) code++;
    }
  }
  return characters;
})();

function unpack(bytes: Uint8Array): string {
  let result = "";
  let code = 1;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      const character = CHARACTERS.get(code);
      if (character !== undefined) {
        result += character;
        code = 1;
      } else if (code >= 2 ** (LONGEST + 1)) throw new Error("a header holds a rare character");
    }
  }
  return result;
}
