/** The figures of plugins under `seabird up`, read as Prometheus reads them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { scrape } from "../support/scrape.ts";

/** Each is a plugin, of which `metrics` are the figures. */
function source(name: string, metrics: string): string {
  return `import { plugin } from "@seabird-chat/sdk";
export const bot = plugin(${JSON.stringify(name)});
bot.onMetrics(() => ${metrics});
`;
}

const GOOD = `[
  { name: "votes_total", help: "Votes", type: "counter", samples: [
    { labels: { poll: 'tea"} 1\\nevil 1' }, value: 3 }, { labels: { poll: "milk" }, value: 4 },
  ] },
  { name: "open", help: "Open polls\\nevil 1", type: "gauge", samples: [{ value: 2 }] },
]`;
const TWICE = `["a", "a"].map((name) => ({ name, help: "", type: "gauge", samples: [] }))`;

test("core shows the figures of its plugins; a bad or suspended one spoils nothing", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const write = (name: string, text: string) => writeFileSync(join(checkout.folder, name), text);
  write("good.ts", source("good-bot", GOOD));
  write("same.ts", source("good_bot", GOOD));
  write("bad.ts", source("bad", TWICE));
  write(
    "seabird.yaml",
    "core: { listen: 127.0.0.1:0 }\nplugins: { ./good.ts: , ./same.ts: , ./bad.ts: , ping: }\n",
  );
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "good-bot", "good_bot", "bad", "ping");
  const linesOf = (body: string) =>
    body.split("\n").filter((line) => line.startsWith("seabird_plugin_"));
  // On a slow machine a plugin may answer too late for one.
  const scrapes = async () => {
    let bodies: readonly string[] = [];
    await project.until("the figures", async () => {
      bodies = await Promise.all([scrape(project), scrape(project)]);
      return bodies.every((body) => linesOf(body).length === 3);
    });
    return bodies;
  };
  const isWhole = (body: string) => {
    assert.deepEqual(linesOf(body), [
      'seabird_plugin_good_bot_votes_total{poll="tea\\"} 1\\nevil 1"} 3',
      'seabird_plugin_good_bot_votes_total{poll="milk"} 4',
      "seabird_plugin_good_bot_open 2",
    ]);
    assert.doesNotMatch(body, /^evil/m);
    assert.match(body, /^seabird_event_streams 4$/m);
  };
  for (const body of await scrapes()) isWhole(body);
  const log = () => project.cli(["logs", "core", "-n", "100"]);
  await project.until("the warning", async () => /there are two metrics a/.test((await log()).out));
  const { pid = 0 } = await project.component("ping");
  process.kill(pid, "SIGSTOP");
  try {
    for (const body of await scrapes()) isWhole(body);
  } finally {
    process.kill(pid, "SIGCONT");
  }
});
