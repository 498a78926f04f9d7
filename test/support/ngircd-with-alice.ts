/** An ngircd of the test's own with one person on it, by a plain socket. */
import type { TestContext } from "node:test";
import { startNgircd } from "./irc-servers.ts";
import { RawIrcClient } from "./raw-irc-client.ts";
import { needPrograms } from "./servers.ts";

/** Both are closed at the end of the test. Undefined where there is no ngircd: the test is skipped. */
export async function startNgircdWithAlice(t: TestContext, channel?: string) {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const alice = await RawIrcClient.connect(server.port, "alice");
  t.after(() => alice.close());
  if (channel === undefined) return { server, alice };
  alice.say(`JOIN ${channel}`);
  await alice.hears(/ 366 /);
  return { server, alice };
}
