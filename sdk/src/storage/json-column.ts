/** The type of a column with JSON in it. */
import type { ColumnType } from "kysely";

/**
 * A column made by `column.json()`: `Value` comes out; lists and plain objects go in as they are,
 * other values by `JSON.stringify`.
 */
export type JsonColumn<Value> = ColumnType<Value, Given<Value>, Given<Value>>;

type Given<Value> = unknown extends Value
  ? unknown
  : Value extends object | null
    ? Value | string
    : string;
