/** The entry point for a plugin's data: `@seabird-chat/sdk/storage`. */
export {
  type ColumnType,
  type Generated,
  type Insertable,
  type Kysely,
  type Selectable,
  sql,
  type Transaction,
  type Updateable,
} from "kysely";
export {
  type Column,
  type ColumnOptions,
  type Columns,
  type DatabaseKind,
  type DeepReadonly,
  isUniqueViolation,
  isWriteRefused,
  type JsonColumn,
} from "./columns.ts";
export type { KeyValue, KeyValueEntry, ListOptions, SetOptions } from "./key-value.ts";
export type { AnyTables, Migration, Migrations } from "./migration.ts";
export { type OpenOptions, type Owner, openStorage } from "./open-storage.ts";
export { userKey } from "./parameters.ts";
export type { RunOfPlugin } from "./runs.ts";
export { type PluginStorage, type StorageOptions, storage } from "./storage.ts";
export type { Store } from "./store.ts";
