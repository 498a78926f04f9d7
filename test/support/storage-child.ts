/** A process of its own that opens a storage: `storage-child.ts WHAT PLUGIN URL`. */
import { silentLog } from "@seabird-chat/sdk";
import { openStorage } from "@seabird-chat/sdk/storage";
import { countingMigrations } from "./counting-migrations.ts";

const [what, plugin = "", url = ""] = process.argv.slice(2);

if (what === "migrate") {
  await using store = await openStorage(plugin, {
    url,
    migrations: countingMigrations,
    log: silentLog,
  });
  const counter = store.keyValue<number>("counter");
  for (let i = 0; i < 25; i++) await counter.update("n", (old = 0) => old + 1);
}

if (what === "hold") {
  // Holds SQLite's lock until it is told to end, or killed.
  const store = await openStorage(plugin, { url, log: silentLog });
  const trx = await store.db.startTransaction().execute();
  process.send?.("held");
  process.once(
    "message",
    () =>
      void trx
        .rollback()
        .execute()
        .then(() => store.close())
        .then(() => process.disconnect()),
  );
}
