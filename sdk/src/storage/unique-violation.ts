/** Which error of a database means that there is such a row already. */

const SQLITE_UNIQUE = [2_067, 1_555];
const POSTGRES_UNIQUE = "23505";

/** True if a query failed because a row with the same unique value, or id, is there already. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return SQLITE_UNIQUE.includes(Number(error.errcode));
  return "code" in error && error.code === POSTGRES_UNIQUE;
}
