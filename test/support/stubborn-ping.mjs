// Loaded into every process of `seabird up` by a test: the plugin ping then never ends by itself.
if (process.argv.includes("ping")) {
  setInterval(() => undefined, 60_000);
  // A program of ours that is done but does not end calls exit; this one hangs there.
  process.on("exit", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
}
