/** The door to a plugin's data: `@seabird-chat/sdk/storage`. */
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
export type { Column, ColumnOptions, Columns, DatabaseKind } from "./columns.ts";
export type { JsonColumn } from "./json-column.ts";
export type { KeyValue, KeyValueEntry, ListSettings, SetSettings } from "./key-value.ts";
export type { AnyTables, Migration, Migrations } from "./migrations.ts";
export { type OpenOptions, type Owner, openStorage } from "./open-storage.ts";
export type { RunOfPlugin } from "./runs.ts";
export { type PluginStorage, type StorageOptions, storage } from "./storage.ts";
export { STORAGE_LIMITS, type StorageLimit } from "./storage-limits.ts";
export type { Store } from "./store.ts";
export { isUniqueViolation } from "./unique-violation.ts";
export { userKey } from "./user-key.ts";
