/** A checkout is packed once, and again when something in it has changed. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { packCheckout } from "./pack-checkout.ts";

/** As the real one does: the folder is made anew. */
const BUILD = `
  import { appendFileSync, mkdirSync, rmSync } from "node:fs";
  rmSync("build/tarballs", { recursive: true, force: true });
  mkdirSync("build/tarballs", { recursive: true });
  appendFileSync("build/runs", "x");
  if (process.env.FAILING_BUILD) process.exit(1);
`;

async function makeCheckout(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "seabird-pack-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write("scripts/build.ts", BUILD);
  await write("package.json", '{"type":"module"}');
  await write("sdk/src/index.ts", "export {};\n");
  await write("sdk/package.json", "{}");
  const runs = async () => (await readFile(join(folder, "build/runs"), "utf8")).length;
  return { folder, write, runs };
}

const ROWS: readonly (readonly [path: string, runs: number])[] = [
  ["sdk/src/index.ts", 2],
  ["sdk/src/new.ts", 2],
  ["sdk/package.json", 2],
  ["scripts/build.ts", 2],
  ["tsconfig.json", 2],
  ["docs/cli.md", 1],
  ["test/x.test.ts", 1],
  [".seabird/logs/up.log", 1],
  ["sdk/node_modules/x/index.js", 1],
];

for (const [path, expected] of ROWS) {
  test(`after a change of ${path} it is packed ${expected - 1} more times`, async (t) => {
    const { folder, write, runs } = await makeCheckout(t);
    assert.equal(await packCheckout(folder), join(folder, "build/tarballs"));
    await packCheckout(folder);
    assert.equal(await runs(), 1);
    await write(path, path === "scripts/build.ts" ? `${BUILD}\n` : "{ }\n");
    await packCheckout(folder);
    assert.equal(await runs(), expected);
  });
}

test("a change that leaves size and time as they were is one", async (t) => {
  const { folder, write, runs } = await makeCheckout(t);
  await packCheckout(folder);
  await write("sdk/src/index.ts", "export{} ;\n");
  await utimes(join(folder, "sdk/src/index.ts"), 1, 1);
  await packCheckout(folder);
  assert.equal(await runs(), 2);
});

test("tarballs that are gone, or were not packed whole, are packed again", async (t) => {
  const { folder, runs } = await makeCheckout(t);
  process.env["FAILING_BUILD"] = "1";
  t.after(() => delete process.env["FAILING_BUILD"]);
  await assert.rejects(packCheckout(folder), { message: "the checkout could not be packed" });
  delete process.env["FAILING_BUILD"];
  await packCheckout(folder);
  await rm(join(folder, "build/tarballs"), { recursive: true });
  await packCheckout(folder);
  assert.equal(await runs(), 3);
});
