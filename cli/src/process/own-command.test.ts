/** The commands that are printed start this very program, and fetch nothing. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { ownCommand, withOwnCommand } from "./own-command.ts";

const BIN = resolve(import.meta.dirname, "../../bin/seabird.js");

test("by its name, by npx or by a path: whatever leads to this program from there", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seabird-own-command-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [ours, foreign, project] = ["ours", "foreign", "project"].map((name) => join(folder, name));
  assert.ok(ours !== undefined && foreign !== undefined && project !== undefined);
  const link = (path: string) => {
    mkdirSync(path, { recursive: true });
    symlinkSync(BIN, join(path, "seabird"));
    return path;
  };
  link(ours);
  mkdirSync(foreign);
  writeFileSync(join(foreign, "seabird"), "#!/bin/sh\n");
  const local = link(join(project, "node_modules/.bin"));
  mkdirSync(join(project, "deep"));
  const root = resolve(import.meta.dirname, "../../..");
  const rows: readonly (readonly [cwd: string, path: string, expected: string])[] = [
    [folder, `/bin:${ours}`, "seabird"],
    [folder, "/bin", BIN],
    [folder, foreign, BIN],
    [folder, "", BIN],
    [project, foreign, "npx --no-install seabird"],
    [join(project, "deep"), "/bin", "npx --no-install seabird"],
    // What npm puts in front for its scripts is not there afterwards.
    [folder, local, BIN],
    [project, local, "npx --no-install seabird"],
    [project, ours, "seabird"],
    [root, "/bin", "npx --no-install seabird"],
  ];
  for (const [cwd, path, expected] of rows) {
    assert.equal(ownCommand({ cwd, path }), expected, `${cwd} ${path}`);
  }
});

test("commands in a text are replaced; names and other programs are not", () => {
  const own = ownCommand();
  const rows: readonly (readonly [text: string, expected: string])[] = [
    ["see `seabird ps`; `seabird reload`", `see \`${own} ps\`; \`${own} reload\``],
    ["`seabird` runs, `seabird-core x` too", "`seabird` runs, `seabird-core x` too"],
    ["seabird up", "seabird up"],
  ];
  for (const [text, expected] of rows) assert.equal(withOwnCommand(text), expected);
});
