/** A TCP proxy that can stop: its peers then look like machines that vanished. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface FreezableProxy {
  readonly url: string;
  /** From now on no byte passes, and no connection closes. */
  freeze(): void;
  close(): Promise<void>;
}

export async function openProxy(port: number): Promise<FreezableProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on("error", () => {});
    from.on("data", (chunk) => {
      if (!frozen) to.write(chunk);
    });
    from.on("close", () => {
      sockets.delete(from);
      if (!frozen) to.destroy();
    });
  };
  const server = createServer({ noDelay: true }, (inner) => {
    const outer = connect({ host: "127.0.0.1", port, noDelay: true });
    join(inner, outer);
    join(outer, inner);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze() {
      frozen = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
