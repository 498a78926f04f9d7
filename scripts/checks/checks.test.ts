/** Each check is shown a copy of the tree with one thing wrong, and has to find just that. */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { breaking, renewLanded } from "./breaking.ts";
import type { Check } from "./check.ts";
import { clock } from "./clock.ts";
import { commands } from "./commands.ts";
import { dependencies } from "./dependencies.ts";
import { generated } from "./generated.ts";
import { graph } from "./graph.ts";
import { imports } from "./imports.ts";
import { links } from "./links.ts";
import { lint } from "./lint.ts";
import { lockFile } from "./lock-file.ts";
import { privacy } from "./privacy.ts";
import { reference } from "./reference.ts";
import { repositoryRoot, runTool } from "./run-tool.ts";
import { siblings } from "./siblings.ts";
import { sizes } from "./sizes.ts";
import { tables } from "./tables.ts";
import { trackedFiles } from "./tracked-files.ts";
import { types } from "./types.ts";
import { words } from "./words.ts";

let root = "";

before(async () => {
  root = await mkdtemp(join(tmpdir(), "seabird-checks-"));
  for (const path of await trackedFiles(repositoryRoot)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(join(repositoryRoot, path), join(root, path));
  }
  await symlink(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  await runTool("git", ["init", "--quiet"], root);
});

after(() => rm(root, { recursive: true, force: true }));

interface Planting {
  readonly check: Check;
  readonly what: string;
  readonly path: string;
  /** What the file then holds; given what it held ("" if it is new), or nothing: it is deleted. */
  readonly plant: ((text: string) => string) | undefined;
  readonly finds: RegExp;
}

const PLANTINGS: readonly Planting[] = [
  {
    check: graph,
    what: "a run that was not drawn",
    path: "bench/history.jsonl",
    plant: (text) => `${text}{"date":"","commit":"1","machine":"planted","node":"","figures":{}}\n`,
    finds: /performance\.svg differs from bench\/history\.jsonl/,
  },
  {
    check: graph,
    what: "a history that is cut off",
    path: "bench/history.jsonl",
    plant: (text) => `${text}{"date":`,
    finds: /history\.jsonl:\d+ is no JSON/,
  },
  {
    check: types,
    what: "a number called a string",
    path: "core/src/broker/planted.ts",
    plant: () => "export const planted: string = 1;\n",
    finds: /planted\.ts.*TS2322/,
  },
  {
    check: lint,
    what: "a default export",
    path: "core/src/broker/planted.ts",
    plant: () => "export default function planted(): void {}\n",
    finds: /planted\.ts/,
  },
  {
    check: lint,
    what: "code that is not formatted",
    path: "core/src/broker/planted.ts",
    plant: () => "export   const planted = 1\n",
    finds: /planted\.ts/,
  },
  {
    check: imports,
    what: "the broker importing the transport",
    path: "core/src/broker/planted.ts",
    plant: () =>
      'import { GRPC_STATUS } from "../transport/status.ts";\nexport const planted = GRPC_STATUS;\n',
    finds: /broker\/planted\.ts imports core\/src\/transport/,
  },
  {
    check: imports,
    what: "the broker opening sockets",
    path: "core/src/broker/planted.ts",
    plant: () => 'import { connect } from "node:net";\nexport const planted = connect;\n',
    finds: /broker\/planted\.ts imports net/,
  },
  {
    check: imports,
    what: "one backend importing another",
    path: "backends/irc/src/planted.ts",
    plant: () =>
      'import { main } from "../../terminal/src/main.ts";\nexport const planted = main;\n',
    finds: /irc\/src\/planted\.ts imports backends\/terminal/,
  },
  {
    check: imports,
    what: "the sdk importing core",
    path: "sdk/src/planted.ts",
    plant: () =>
      'import { serve } from "../../core/src/serve.ts";\nexport const planted = serve;\n',
    finds: /sdk\/src\/planted\.ts imports core/,
  },
  {
    check: imports,
    what: "the broker importing what programs share",
    path: "core/src/broker/planted.ts",
    plant: () =>
      'import { EXIT } from "../../../runtime/src/index.ts";\nexport const planted = EXIT;\n',
    finds: /broker\/planted\.ts imports runtime\/src\/index\.ts/,
  },
  {
    check: imports,
    what: "what programs share importing the sdk",
    path: "runtime/src/planted.ts",
    plant: () =>
      'import { connectPlugin } from "../../sdk/src/index.ts";\nexport const planted = connectPlugin;\n',
    finds: /runtime\/src\/planted\.ts imports sdk/,
  },
  {
    check: imports,
    what: "a cycle",
    path: "protocol/src/planted.ts",
    plant: () =>
      'import { planted as self } from "./planted.ts";\nexport const planted = (): unknown => self;\n',
    finds: /no cycle: protocol\/src\/planted\.ts/,
  },
  {
    check: imports,
    what: "a cycle of types",
    path: "protocol/src/planted.ts",
    plant: () =>
      'import type { Planted as Self } from "./planted.ts";\nexport interface Planted { self: Self }\n',
    finds: /no cycle: protocol\/src\/planted\.ts/,
  },
  {
    check: imports,
    what: "an import that leads nowhere",
    path: "protocol/src/planted.ts",
    plant: () => 'import { nothing } from "./nothing.ts";\nexport const planted = nothing;\n',
    finds: /found: protocol\/src\/planted\.ts/,
  },
  {
    check: clock,
    what: "a timer of the machine's",
    path: "sdk/src/link/planted.ts",
    plant: () => "export const planted = () => setTimeout(() => {}, 1);\n",
    finds: /link\/planted\.ts:1 uses setTimeout/,
  },
  {
    check: clock,
    what: "the machine's time in a plugin",
    path: "plugins/src/planted.ts",
    plant: () => "// Date.now is what it asks.\nexport const planted = new Date();\n",
    finds: /^plugins\/src\/planted\.ts:2 uses new Date\(\)/m,
  },
  {
    check: clock,
    what: "dice that nobody can hold",
    path: "sdk/src/plugin/planted.ts",
    plant: () => "export const planted = Math.random();\n",
    finds: /planted\.ts:1 uses Math\.random/,
  },
  {
    check: clock,
    what: "the module of timers",
    path: "plugins/src/planted.ts",
    plant: () => 'export { setTimeout as planted } from "node:timers/promises";\n',
    finds: /planted\.ts:1 uses "node:timers\/promises"/,
  },
  {
    check: breaking,
    what: "a field with another type",
    path: "protocol/proto/common.proto",
    plant: (text) => text.replace("string avatar_url = 1000;", "uint64 avatar_url = 1000;"),
    finds: /common\.proto:\d+.*"1000".*"avatar_url".*"User".*\(against protocol\/landed\.binpb\)/,
  },
  {
    check: breaking,
    what: "a field with another name in JSON",
    path: "protocol/proto/common.proto",
    plant: (text) => text.replace("string avatar_url = 1000;", "string picture_url = 1000;"),
    finds: /common\.proto:\d+.*"1000".*"json_name" from "avatarUrl" to "pictureUrl"/,
  },
  {
    check: breaking,
    what: "a field that is gone and leaves its number free",
    path: "protocol/proto/common.proto",
    plant: (text) => text.replace("string avatar_url = 1000;", ""),
    finds: /common\.proto:\d+.*"1000".*"User".*deleted/,
  },
  {
    check: breaking,
    what: "a value of an enum that is gone",
    path: "protocol/proto/common.proto",
    plant: (text) => text.replace("SUPPORT_FULL = 2;", ""),
    finds: /common\.proto:\d+.*"2".*"Support".*deleted/,
  },
  {
    check: breaking,
    what: "an image without a new field",
    path: "protocol/proto/common.proto",
    plant: (text) => text.replace("string avatar_url = 1000;", "$& string planted = 1999;"),
    finds: /^protocol\/landed\.binpb is not what the \.proto files say: npm run gen$/,
  },
  {
    check: breaking,
    what: "a missing image",
    path: "protocol/landed.binpb",
    plant: undefined,
    finds: /^protocol\/landed\.binpb is missing: restore it from git$/,
  },
  {
    check: generated,
    what: "a field that was added by hand",
    path: "protocol/src/gen/common_pb.d.ts",
    plant: (text) => text.replace("displayName: string", "displayName: string; extra: string"),
    finds: /common_pb\.d\.ts is not what its \.proto says/,
  },
  {
    check: tables,
    what: "a limit with another number",
    path: "docs/running-core.md",
    plant: (text) => text.replace(/\| ([\d,]+) ms /, "| 7$1 ms "),
    finds: /docs\/running-core\.md has a table that differs from the code/,
  },
  {
    check: tables,
    what: "a missing table",
    path: "docs/errors.md",
    plant: (text) => text.replace("<!-- table: errors -->", ""),
    finds: /no page has the table "errors"/,
  },
  {
    check: tables,
    what: "a variable that is missing in .env.example",
    path: ".env.example",
    plant: (text) => text.replace("#IRC_NICK=", "#"),
    finds: /\.env\.example differs from the code/,
  },
  {
    check: reference,
    what: "a page of the reference that was edited",
    path: "docs/reference/testkit.md",
    plant: (text) => `${text}And more.\n`,
    finds: /docs\/reference\/testkit\.md is outdated: npm run gen/,
  },
  {
    check: links,
    what: "a link to a page that is not there",
    path: "docs/planted.md",
    plant: () => "[planted](nowhere.md)\n",
    finds: /docs\/planted\.md links to nowhere\.md/,
  },
  {
    check: links,
    what: "a link to a heading that is not there",
    path: "docs/planted.md",
    plant: () => "[planted](../README.md#nowhere-at-all)\n",
    finds: /a heading that is not there/,
  },
  {
    check: dependencies,
    what: "a dependency nobody explained",
    path: "sdk/package.json",
    plant: (text) => text.replace('"dependencies": {', '"dependencies": { "left-pad": "1.3.0",'),
    finds: /left-pad has no row/,
  },
  {
    check: dependencies,
    what: "a version that floats",
    path: "sdk/package.json",
    plant: (text) => text.replace(/"@bufbuild\/protobuf": "/, '"@bufbuild/protobuf": "^'),
    finds: /@bufbuild\/protobuf is "\^.*not pinned/,
  },
  {
    check: lockFile,
    what: "a package of another platform that is missing",
    path: "package-lock.json",
    plant: (text) => text.replace('"node_modules/@biomejs/cli-darwin-arm64"', '"node_modules/x"'),
    finds: /lacks @biomejs\/cli-darwin-arm64/,
  },
  {
    check: siblings,
    what: "a backend without its format",
    path: "backends/irc/src/format.ts",
    plant: undefined,
    finds: /backends\/irc\/src\/format\.ts is missing/,
  },
  {
    check: sizes,
    what: "a file that grew",
    path: "protocol/src/planted.ts",
    plant: () => "// a line\n".repeat(301),
    finds: /protocol\/src\/planted\.ts has 301 lines/,
  },
  {
    check: words,
    what: "a private term in an identifier",
    path: "sdk/src/planted.ts",
    plant: () => `export const load${"House"} = 1;\n`,
    finds: /sdk\/src\/planted\.ts:1 "loadHouse", better: project/,
  },
  {
    check: words,
    what: "a whole identifier, and not the word in a comment or a string",
    path: "sdk/src/planted.ts",
    plant: () =>
      `// Heard ${"Told"}\nexport const planted = "${"Told"}";\nexport type ${"Told"} = 1;\n`,
    finds: /^sdk\/src\/planted\.ts:3 "Told", better: NetworkEvent$/,
  },
  {
    check: words,
    what: "a private term in a file's name",
    path: `sdk/src/${"crew"}-list.ts`,
    plant: () => "export {};\n",
    finds: /sdk\/src\/crew-list\.ts: "crew", better: supervisor/,
  },
  {
    check: words,
    what: "a phrase over two lines of a comment",
    path: "sdk/src/planted.ts",
    plant: () => "/**\n * What is told\n */\n/**\n * Whoever is\n * told of it.\n */\nexport {};\n",
    finds: /sdk\/src\/planted\.ts:5 "is told of"/,
  },
  ...[
    ["docs/planted.md", "`npx seabird up`"],
    ["docs/planted.md", "/usr/bin/npx --yes seabird up"],
    ["docs/planted.md", "npx -p x seabird up"],
    ["docs/planted.md", "npm create seabird backend campfire"],
    ["docs/planted.md", "npm install -g @seabird-chat/cli"],
    ["docs/planted.md", "pnpm dlx seabird"],
    ["sdk/src/planted.ts", 'spawn("npx", ["seabird", "up"]);'],
    ["sdk/src/planted.ts", 'console.log("Next: npx seabird up");'],
    ["runtime/planted.js", "// npx seabird brings Node along"],
    ["create/templates/plugin/README.md", "npx tsc"],
  ].map(([path = "", line = ""]) => ({
    check: commands,
    what: `${line} in ${path}`,
    path,
    plant: () => `a line\n${line}\n`,
    finds: new RegExp(`^${path}:2 ".*" may fetch a stranger's package`),
  })),
  {
    check: privacy,
    what: "a token's secret",
    path: "docs/planted.md",
    plant: () => `token: ${["sbd", "a".repeat(43)].join("_")}\n`,
    finds: /docs\/planted\.md:1 holds what looks like a token's secret/,
  },
];

for (const { check, what, path, plant, finds } of PLANTINGS) {
  test(`${check.name} finds ${what}`, async () => {
    const file = join(root, path);
    const before = await readFile(file).catch(() => undefined);
    try {
      if (plant === undefined) await rm(file);
      else await writeFile(file, plant(before?.toString() ?? ""));
      const problems = await check.find(root);
      assert.match(problems.join("\n"), finds);
    } finally {
      if (before === undefined) await rm(file, { force: true });
      else await writeFile(file, before);
    }
  });
}

test("the image of what landed is renewed by what adds, and left alone by what breaks", async () => {
  const proto = join(root, "protocol/proto/common.proto");
  const image = join(root, "protocol/landed.binpb");
  const [text, landed] = [await readFile(proto, "utf8"), await readFile(image)];
  const field = "string avatar_url = 1000;";
  try {
    await writeFile(proto, text.replace(field, ""));
    assert.match((await renewLanded(root)).join("\n"), /common\.proto:\d+.*deleted/);
    assert.deepEqual(await readFile(image), landed);
    await writeFile(proto, text.replace(field, `${field} string planted = 1999;`));
    assert.deepEqual(await renewLanded(root), []);
    assert.deepEqual(await breaking.find(root), []);
    await writeFile(proto, text);
    assert.match((await breaking.find(root)).join("\n"), /common\.proto.*"1999".*deleted/);
  } finally {
    await writeFile(proto, text);
    await writeFile(image, landed);
  }
});
