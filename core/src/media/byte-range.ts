/** The header `range` (RFC 9110, 14.2), as far as core serves it: one range of bytes. */

export interface ByteRange {
  readonly from: number;
  /** The last byte. */
  readonly to: number;
}

const ONE_RANGE = /^bytes=[ \t]*(\d{0,20})-(\d{0,20})[ \t]*$/i;

/** `undefined`: the whole file, since there is no such header, or one that is not understood. */
export function readRange(
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = ONE_RANGE.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === "" ? Number.POSITIVE_INFINITY : Number(last);
  if (from > to) return undefined;
  if (from >= size) return "unsatisfiable";
  return { from, to: Math.min(to, size - 1) };
}
