// A component of a test's: says that it is ready, and does what its settings tell it.
import { createReadStream, existsSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const fd = Number(process.argv[process.argv.indexOf("--bootstrap-fd") + 1]);
let line = "";
for await (const text of createInterface({
  input: createReadStream("", { fd, autoClose: false }),
})) {
  line = text;
  break;
}
const given = JSON.parse(line);
const { settings } = given;
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.on("message", (message) => {
  if (message.type !== "settings") return;
  console.log(JSON.stringify({ level: "info", msg: `told ${JSON.stringify(message.settings)}` }));
  const { refuse } = message.settings;
  const error = refuse === true ? "not now" : refuse;
  if (refuse) process.send({ type: "settings", error });
  else process.send({ type: "settings", ok: true });
});
console.log(
  JSON.stringify({ level: "info", msg: `given ${JSON.stringify(settings)}`, id: given.id }),
);
if (settings.tokenFile) writeFileSync(settings.tokenFile, given.token);
if (settings.say) process.stderr.write(`${settings.say}\n`);
if (settings.exit !== undefined) process.exit(settings.exit);
if (settings.network) process.send({ type: "network", ...settings.network });
process.send({ type: "ready" });
while (settings.waitForGo && !existsSync("go")) await new Promise((later) => setTimeout(later, 5));
if (settings.flood) {
  const noise = `${"x".repeat(1023)}\n`.repeat(64);
  let left = settings.flood;
  const more = () => {
    while (left > 0) {
      left -= noise.length;
      if (!process.stdout.write(noise)) return void process.stdout.once("drain", more);
    }
    console.log("the flood is over");
  };
  more();
}
setInterval(() => undefined, 60_000);
