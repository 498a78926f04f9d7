/** Column helpers: one declaration, the right type in each database. */
import {
  type ColumnBuilderCallback,
  type ColumnDefinitionBuilder,
  type ColumnType,
  type CreateTableBuilder,
  type Expression,
  sql,
} from "kysely";
import { SeabirdError } from "../link/errors.ts";
import { checkNoOptions, checkOptionNames } from "../link/option-names.ts";
import { SQLITE_TYPES } from "./sqlite-values.ts";

type DataTypeExpression = Parameters<CreateTableBuilder<string>["addColumn"]>[1];

export type DatabaseKind = "sqlite" | "postgres";

/** The arguments of `addColumn` after the name: `.addColumn("at", ...column.timestamp())`. */
export type Column = [type: DataTypeExpression, build: ColumnBuilderCallback];

export interface ColumnOptions {
  /** Whether it may be null. Default: false. */
  readonly nullable?: boolean | undefined;
  /** Whether its values are unique. Default: false. */
  readonly unique?: boolean | undefined;
  /** The default value. Needed to add a column to a table that has rows. */
  readonly default?: string | number | boolean | Date | undefined;
  /** Foreign key `"table.column"`; the row is deleted with the one that it references. */
  readonly references?: string | undefined;
}

export interface Columns {
  /** Primary key, numbered by the database from 1: `Generated<number>`. */
  id(): Column;
  /** Text without NUL: `string`. */
  text(options?: ColumnOptions): Column;
  /** 64-bit integer: `number`; values beyond 2^53 are read as `bigint`. */
  integer(options?: ColumnOptions): Column;
  /** 64-bit floating point, neither NaN nor infinite: `number`. */
  real(options?: ColumnOptions): Column;
  /** `boolean`. */
  boolean(options?: ColumnOptions): Column;
  /** A time in milliseconds: `Date`. */
  timestamp(options?: ColumnOptions): Column;
  /**
   * JSON. Arrays and plain objects are written as they are, other values by `JSON.stringify`;
   * values are read parsed. Type it `JsonColumn<T>`.
   */
  json(options?: ColumnOptions): Column;
  /** A user: the absolute id of `userKey(ctx.user)`, never empty: `string`. */
  user(options?: ColumnOptions): Column;
}

type TypeName = "text" | "integer" | "real" | "boolean" | "timestamp" | "json";

const TYPES: Record<DatabaseKind, Record<TypeName, DataTypeExpression>> = {
  sqlite: {
    text: "text",
    integer: "integer",
    real: "real",
    boolean: sql.raw(SQLITE_TYPES.boolean),
    timestamp: sql.raw(SQLITE_TYPES.timestamp),
    json: sql.raw(SQLITE_TYPES.json),
  },
  postgres: {
    text: "text",
    integer: "bigint",
    real: "double precision",
    boolean: "boolean",
    timestamp: "timestamptz(3)",
    // Not jsonb, which refuses some text that users may type.
    json: "json",
  },
};

/** SQLite stores any type in any column; these checks refuse what PostgreSQL refuses. */
const CHECKS: Record<TypeName, (column: Expression<unknown>) => Expression<unknown>> = {
  text: (column) => sql`typeof(${column}) in ('text', 'null')`,
  integer: (column) => sql`typeof(${column}) in ('integer', 'null')`,
  real: (column) => sql`typeof(${column}) in ('real', 'null')`,
  boolean: (column) => sql`${column} in (0, 1)`,
  timestamp: (column) => sql`typeof(${column}) in ('integer', 'null')`,
  json: (column) => sql`json_valid(${column})`,
};

/** The helpers for one database. */
export function columnsFor(kind: DatabaseKind): Columns {
  return helpers(kind, kind === "sqlite");
}

/** The same for a digest, without the checks, which are no part of a migration's identity. */
export function recordedColumnsFor(kind: DatabaseKind): Columns {
  return helpers(kind, false);
}

function helpers(kind: DatabaseKind, isChecked: boolean): Columns {
  const make =
    (name: TypeName) =>
    (options?: ColumnOptions): Column => {
      const [type, build] = columnOf(kind, name, options);
      if (!isChecked) return [type, build];
      return [type, (column) => build(column).check(CHECKS[name](sql.ref(nameOf(column))))];
    };
  return {
    id: (...none: []) => {
      checkNoOptions("column.id", none);
      return idColumn(kind);
    },
    text: make("text"),
    integer: make("integer"),
    real: make("real"),
    boolean: make("boolean"),
    timestamp: make("timestamp"),
    json: make("json"),
    user: make("text"),
  };
}

function nameOf(column: ColumnDefinitionBuilder): string {
  return column.toOperationNode().column.column.name;
}

function idColumn(kind: DatabaseKind): Column {
  // Without autoincrement SQLite reuses the number of a deleted last row.
  if (kind === "sqlite") return ["integer", (column) => column.primaryKey().autoIncrement()];
  return ["bigint", (column) => column.generatedByDefaultAsIdentity().primaryKey()];
}

function columnOf(kind: DatabaseKind, name: TypeName, options: ColumnOptions = {}): Column {
  checkOptionNames(`column.${name}`, options, ["nullable", "unique", "default", "references"]);
  const { nullable = false, unique = false, default: fallback, references } = options;
  const build: ColumnBuilderCallback = (column) => {
    let built = nullable ? column : column.notNull();
    if (unique) built = built.unique();
    if (fallback !== undefined) built = built.defaultTo(defaultFor(kind, name, fallback));
    if (references !== undefined) built = built.references(references).onDelete("cascade");
    return built;
  };
  return [TYPES[kind][name], build];
}

function defaultFor(
  kind: DatabaseKind,
  name: TypeName,
  value: string | number | boolean | Date,
): unknown {
  if (value instanceof Date !== (name === "timestamp")) {
    throw new SeabirdError(
      "bad_option",
      "only a timestamp may have a Date as its default, and it must",
    );
  }
  if (value instanceof Date) return kind === "sqlite" ? value.getTime() : value.toISOString();
  return typeof value === "boolean" && kind === "sqlite" ? Number(value) : value;
}

/**
 * A column made by `column.json()`: it is read as `Value`; arrays and plain objects are written as
 * they are, other values by `JSON.stringify`.
 */
export type JsonColumn<Value> = ColumnType<Value, Given<Value>, Given<Value>>;

type Given<Value> = unknown extends Value
  ? unknown
  : Value extends object | null
    ? DeepReadonly<Value> | string
    : string;

/** What is written may be read-only, such as the values of a repeated argument. */
export type DeepReadonly<Value> = unknown extends Value
  ? Value
  : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> };

/** Extended result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE_UNIQUE = [2_067, 1_555];
/** Error codes of PostgreSQL (its manual, appendix A). */
const POSTGRES_UNIQUE = "23505";
/** READONLY, IOERR, FULL. */
const SQLITE_NO_WRITES = [8, 10, 13];
/** disk_full, read_only_sql_transaction. */
const POSTGRES_NO_WRITES = ["53100", "25006"];

/** True if a query failed because a row with the same unique value or id exists. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return SQLITE_UNIQUE.includes(Number(error.errcode));
  return "code" in error && error.code === POSTGRES_UNIQUE;
}

/**
 * True if a query failed because the database takes no writes at present, whatever they are: its disk is
 * full or fails, or it is read-only.
 */
export function isWriteRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error) return SQLITE_NO_WRITES.includes(Number(error.errcode) & 0xff);
  return "code" in error && POSTGRES_NO_WRITES.includes(String(error.code));
}
