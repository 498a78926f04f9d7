/** For options that may be repeated, and may hold several names with commas between them. */
export function collectNames(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",").filter(Boolean)];
}
