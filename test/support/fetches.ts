/** Web servers and raw ones to fetch from, and what a fetch is rejected with. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { FetchError, type FetchOptions, type Resolver } from "@seabird-chat/sdk/fetch";
import type { WebHandler } from "./web-server.ts";

export const LOCAL: FetchOptions = { allowAddresses: ["127.0.0.1"] };

export function page(text: string, headers: Record<string, string> = {}, status = 200): WebHandler {
  return (_request, response) => void response.writeHead(status, headers).end(text);
}

export function redirect(location: string, status = 302): WebHandler {
  return page("", { location }, status);
}

export async function rejection(promise: Promise<unknown>): Promise<FetchError> {
  const error = await promise.then(
    () => assert.fail("it was opened"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FetchError, String(error));
  return error;
}

export const resolvesTo =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** Answers each connection with these bytes, and leaves it open; `more` follows without end. */
export async function rawServer(
  answer: string | Buffer,
  more?: Buffer,
): Promise<AsyncDisposable & { url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    const flood = () => {
      while (more !== undefined && !socket.destroyed && socket.write(more));
    };
    socket.on("drain", flood);
    socket.once("data", () => {
      socket.write(answer);
      flood();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
