/** The contract's case about files, over a backend that sends their bytes and hands over people's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, plainText, walkBlocks } from "@seabird-chat/protocol";
import { type BackendHost, backend } from "@seabird-chat/sdk/backend";
import { backendbed } from "../harness/backendbed.ts";
import { BACKEND_CONTRACT } from "./backend-contract.ts";
import type { ContractNetwork, PostedFile } from "./contract-network.ts";

type Fault = "sends other bytes" | "hands over other bytes" | undefined;

function startNetwork(fault: Fault): ContractNetwork {
  const lines: string[] = [];
  const files: Uint8Array[] = [];
  const posted: PostedFile[] = [];
  let host: BackendHost | undefined;
  const definition = backend("files", {
    capabilities: { attachment: "full" },
    connect: (given) => {
      host = given;
      given.channels.joined({ id: "lobby" });
      return {
        close: () => undefined,
        send: async (_to, { block }) => {
          lines.push(plainText(block));
          for (const { inner } of walkBlocks(block)) {
            if (inner.case !== "attachment") continue;
            const { body } = await given.openAttachment(inner.value);
            const chunks: Uint8Array[] = [];
            for await (const chunk of body) chunks.push(chunk);
            if (fault === "sends other bytes") chunks.push(Buffer.from("?"));
            files.push(Buffer.concat(chunks));
          }
        },
        fetchAttachment: async (id, upload) => {
          const { bytes } = posted[Number(id)] ?? assert.fail(`no file ${id}`);
          await upload({ bytes: fault === "hands over other bytes" ? Buffer.from("?") : bytes });
        },
      };
    },
  });
  return {
    start: (options) => backendbed({ ...options, backend: definition }),
    self: "seabird",
    channel: "lobby",
    person: {
      id: "ann",
      say: (channel, text) => void host?.emit.message({ channel, user: "ann", text }),
      seen: () => lines,
      seenFiles: () => files,
      postFile: (channel, file) => {
        const id = String(posted.push(file) - 1);
        const block = attachment({ id, name: file.name });
        host?.emit.message({ channel, user: "ann", block });
      },
    },
    close: () => undefined,
  };
}

const FILE_CASE = BACKEND_CONTRACT.find(({ name }) => name.includes("plugin's file"));

const ROWS: readonly (readonly [Fault, RegExp | undefined])[] = [
  [undefined, undefined],
  ["sends other bytes", /strictly deep-equal/],
  ["hands over other bytes", /strictly equal/],
];

for (const [fault, failure] of ROWS) {
  test(`a backend that ${fault ?? "sends and hands over files"}`, async () => {
    assert.ok(FILE_CASE !== undefined);
    const run = FILE_CASE.run(startNetwork(fault));
    if (failure === undefined) await run;
    else await assert.rejects(run, failure);
  });
}
