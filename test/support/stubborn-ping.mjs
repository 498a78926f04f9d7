// Loaded into every process of `seabird up` by a test: the plugin ping then never ends by itself.
if (process.argv.at(-1) === "ping") setInterval(() => undefined, 60_000);
