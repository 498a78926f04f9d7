/** A project's `.env` in its components' `process.env`: what an author's bot finds there, and what not. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startCore } from "../support/core.ts";
import { startCli } from "../support/run-cli.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { until } from "../support/until.ts";

/** Lines that write a program's environment; a file that is there is whole. */
const tell = (name: string) => `const isAsked = process.argv.includes("--describe");
const file = isAsked ? "${name}-asked.json" : "${name}.json";
writeFileSync(file + ".part", JSON.stringify(process.env));
renameSync(file + ".part", file);
`;

const program = (name: string) => `import { renameSync, writeFileSync } from "node:fs";
import { plugin } from "@seabird-chat/sdk";
if (!process.env.MY_API_KEY) throw new Error("MY_API_KEY is not set");
export const bot = plugin("${name}");
${tell(name)}`;

const NETWORK = `import { renameSync, writeFileSync } from "node:fs";
import { backend, secret } from "@seabird-chat/sdk/backend";
import { z } from "zod";
${tell("net")}const key = secret().meta({ writeOnly: true, "x-env": ["NET_KEY"] });
export const net = backend("net", {
  config: z.object({ password: secret(), key }),
  connect: async () => ({ send: () => undefined, close: () => undefined }),
});
`;

const ENV_FILE = `MY_API_KEY=sec#ret
NET_PASSWORD=hush
NET_KEY=hush
ONE_KEY=hush
TAKEN=file
SEABIRD_TOKEN=hush
DATABASE_URL=sqlite:tokens.db
`;

const YAML = `core: { listen: 127.0.0.1:0 }
backends:
  net/here: { from: ./net.ts, password: "\${NET_PASSWORD}\${SHELL_PASSWORD}" }
plugins:
  ./one.ts: { key: "\${ONE_KEY}" }
  ./two.ts:
`;

const NAMES = [...ENV_FILE.matchAll(/^\w+/gm)].map(([name]) => name).concat("SHELL_PASSWORD");

function seen(folder: string, name: string): Record<string, string> {
  const env = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const found = NAMES.filter((each) => env[each] !== undefined);
  return Object.fromEntries(found.map((each) => [each, env[each]]));
}

test("a bot finds its variables in process.env, those of others' settings it does not", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(".env", ENV_FILE);
  write("one.ts", program("one"));
  write("two.ts", program("two"));
  write("net.ts", NETWORK);
  write("seabird.yaml", YAML);
  const env = { ...checkout.env, TAKEN: "shell", SHELL_PASSWORD: "hush" };
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "one", "two", "net/here");
  const common = { MY_API_KEY: "sec#ret", TAKEN: "shell" };
  assert.deepEqual(seen(folder, "one"), { ...common, ONE_KEY: "hush" });
  assert.deepEqual(seen(folder, "two"), common);
  // Whose NET_KEY is, only the backend's answer tells; the environment is inherited.
  const asked = { ...common, NET_KEY: "hush", SHELL_PASSWORD: "hush" };
  assert.deepEqual(seen(folder, "one-asked"), { ...asked, ONE_KEY: "hush" });
  assert.deepEqual(seen(folder, "two-asked"), asked);
  assert.deepEqual(seen(folder, "net-asked"), { ...asked, NET_PASSWORD: "hush" });
  const own = { NET_PASSWORD: "hush", NET_KEY: "hush", SHELL_PASSWORD: "hush" };
  assert.deepEqual(seen(folder, "net"), { ...common, ...own });

  write(".env", ENV_FILE.replace("sec#ret", "new"));
  const { out } = await project.cli(["reload"]);
  assert.match(out, /^one: restarted to apply MY_API_KEY of \.env$/m);
  assert.equal(seen(folder, "two")["MY_API_KEY"], "new");
});

test("`seabird plugin FILE` has them too", async (t) => {
  const core = await startCore({}, t);
  const { folder, env } = await makeProjectCheckout(t);
  writeFileSync(join(folder, ".env"), ENV_FILE);
  writeFileSync(join(folder, "one.ts"), program("one"));
  const bot = startCli(["plugin", "./one.ts"], {
    cwd: folder,
    env: { ...env, SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token() },
  });
  try {
    await until("the bot", () => existsSync(join(folder, "one.json")), 60_000);
  } finally {
    bot.child.kill("SIGKILL");
    await once(bot.child, "close");
  }
  assert.equal(seen(folder, "one")["MY_API_KEY"], "sec#ret");
  assert.equal(seen(folder, "one")["DATABASE_URL"], undefined);
});
