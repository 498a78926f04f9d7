/** A core, a backend on it and a client, for tests of the SDK's sends. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { connectActions, SeabirdError } from "@seabird-chat/sdk";
import type { TestCore } from "./core.ts";
import { type Functions, startTestBackend } from "./test-backend.ts";

export const CHANNEL = "test://net/%23a";

/** A network that gives ids and can do everything; notes what it was asked. */
export function capable(asked: string[]): Functions {
  let sent = 0;
  return {
    send: (to, { text }) => {
      asked.push(`send ${to.id} ${text}`);
      sent += 1;
      return { ids: [`m${sent}`, `m${sent}b`] };
    },
    edit: (to, ids, { text }) => {
      asked.push(`edit ${to.id} ${ids.join("+")} ${text}`);
      return text === "short" ? { ids: ["m1"] } : undefined;
    },
    delete: (to, ids, { reason }) => {
      asked.push(`delete ${to.id} ${ids.join("+")} ${reason}`);
      return reason === "old" ? { m1b: "too old" } : undefined;
    },
    react: (to, id, { emoji, removed }) =>
      void asked.push(`${removed ? "unreact" : "react"} ${to.id} ${id} ${emoji?.text}`),
  };
}

export async function startSends(
  core: TestCore,
  functions: Functions,
  t: TestContext,
  url = core.url,
) {
  const token = await core.token();
  const backend = await startTestBackend({ url: core.url, token }, functions);
  t.after(() => backend.close());
  backend.channels.joined({ id: "#a" });
  await backend.ready();
  const client = connectActions({ url, token });
  t.after(() => client.close());
  await client.coreInfo();
  return { client, backend, token };
}

/** `code: message` of a call that fails, else `none`. */
export function failure(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (reason: unknown) => {
      assert.ok(reason instanceof SeabirdError);
      return `${reason.code}: ${reason.message}`;
    },
  );
}
