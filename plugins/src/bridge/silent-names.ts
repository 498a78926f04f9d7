/** Names of people in the words of a plugin, so written that they notify nobody. Pure. */
import { clone } from "@bufbuild/protobuf";
import { type Block, BlockSchema, walkBlocks } from "@seabird-chat/protocol";
import { silentName } from "./shown-name.ts";

/** A longer name is left as it is. */
const MAX_NAME_CHARACTERS = 64;
/** Names that begin with the same word; further ones are left as they are. */
const MAX_ALIKE = 50;
/** Of a message; what follows is left as it is. */
const MAX_CHARACTERS = 10_000;

const RUNS = /\S+/gu;
/** Addresses, channels and commands, which have to be copied as they are. */
const COPIED = /:\/\/|[\p{L}\p{N}][.@][\p{L}\p{N}]|^[!/.#]\S/u;
/** What a name may begin with. */
const PIECES = /[\p{L}\p{N}\p{M}_]+|\S/gu;
const WORD_END = /^[\p{L}\p{N}\p{M}_]/u;

export class SilentNames {
  /** By the first piece of the name, in lower case; the longest first. */
  readonly #byStart = new Map<string, string[]>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const lower = name.trim().toLowerCase();
      if (lower.length < 2 || lower.length > MAX_NAME_CHARACTERS) continue;
      const [start = lower] = lower.match(PIECES) ?? [];
      const alike = this.#byStart.get(start) ?? [];
      if (alike.length < MAX_ALIKE && !alike.includes(lower)) alike.push(lower);
      this.#byStart.set(start, alike);
    }
    for (const alike of this.#byStart.values()) alike.sort((a, b) => b.length - a.length);
  }

  /** The given tree is not changed. Code stays as it is: it is there to be copied. */
  in(root: Block): Block {
    if (this.#byStart.size === 0) return root;
    const isNamed = ({ inner }: Block) =>
      inner.case === "text" && this.#written(inner.value.text) !== inner.value.text;
    if (!walkBlocks(root).some(isNamed)) return root;
    const copy = clone(BlockSchema, root);
    for (const { inner } of walkBlocks(copy)) {
      if (inner.case === "text") inner.value.text = this.#written(inner.value.text);
    }
    return copy;
  }

  #written(text: string): string {
    let written = "";
    let done = 0;
    for (const { 0: run, index: from } of text.slice(0, MAX_CHARACTERS).matchAll(RUNS)) {
      if (COPIED.test(run)) continue;
      for (const { 0: piece, index } of run.matchAll(PIECES)) {
        const at = from + index;
        const name = at < done ? undefined : this.#nameAt(text, at, piece);
        if (name === undefined) continue;
        written += text.slice(done, at) + silentName(name);
        done = at + name.length;
      }
    }
    return written + text.slice(done);
  }

  /** As the text has it. */
  #nameAt(text: string, index: number, piece: string): string | undefined {
    for (const name of this.#byStart.get(piece.toLowerCase()) ?? []) {
      const there = text.slice(index, index + name.length);
      if (there.toLowerCase() !== name) continue;
      if (WORD_END.test(name.slice(-1)) && WORD_END.test(text.slice(index + name.length))) continue;
      return there;
    }
    return undefined;
  }
}
