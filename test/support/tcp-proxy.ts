/** A TCP relay on a free port that can lose its peers, fall silent, and count. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, connect as dial, type Socket } from "node:net";
import type { TestContext } from "node:test";

export class TcpProxy {
  /** Where connections go. */
  target: number;
  /** Refuses connections while true. */
  refuses = false;
  /** Swallows everything in both directions while true: a peer that vanished without a word. */
  isSilent = false;
  /** Pieces of data that went towards the target. */
  sent = 0;
  /** What went towards the target, if `records` was set before. */
  recorded = "";
  records = false;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  readonly #server = createServer((client) => this.#relay(client));

  private constructor(target: number) {
    this.target = target;
  }

  static async start(target: number, t: Pick<TestContext, "after">): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    t.after(async () => {
      proxy.dropAll();
      proxy.#server.close();
      await once(proxy.#server, "close");
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Says something to every client, as if the target had. */
  inject(text: string): void {
    for (const client of this.#clients) client.write(text);
  }

  /** Ends every connection at once. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #relay(client: Socket): void {
    if (this.refuses) {
      client.destroy();
      return;
    }
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    const core = dial(this.target, "127.0.0.1");
    for (const [from, to] of [
      [client, core],
      [core, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (data) => {
        if (from === client) this.sent++;
        if (from === client && this.records) this.recorded += data.toString("latin1");
        if (!this.isSilent) to.write(data);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        this.#sockets.delete(from);
        if (!this.isSilent) to.destroy();
      });
    }
  }
}
