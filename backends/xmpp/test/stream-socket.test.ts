/** The socket below a stream against servers that do what real ones seldom do. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { StreamSocket, type StreamSocketOptions } from "../src/connection/stream-socket.ts";

const STREAM =
  '<stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client">';

async function serve(t: TestContext, answer: (socket: Socket, connection: number) => void) {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    connections += 1;
    const number = connections;
    socket.once("data", () => answer(socket, number));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function options(port: number, host = "127.0.0.1"): StreamSocketOptions {
  const tls = { required: true, verify: true, ca: undefined };
  const endpoints = [{ host, port, isDirectTls: false }];
  return { domain: "example.org", endpoints, tls, signal: new AbortController().signal };
}

async function failure(given: StreamSocketOptions): Promise<Error> {
  const socket = new StreamSocket();
  socket.connect(given);
  const [reason] = await once(socket, "error", {}).catch((thrown) => [thrown]);
  return reason as Error;
}

test("characters that are cut at the ends of packets come whole", async (t) => {
  const text = "ä❤👍🏽 ".repeat(20);
  const port = await serve(t, (socket, connection) => {
    if (connection === 1) socket.write(`${STREAM}<stream:features/>`);
    else {
      socket.setNoDelay(true);
      const bytes = [...Buffer.from(text)];
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) socket.end();
        else socket.write(Buffer.of(byte), () => setImmediate(next));
      };
      next();
    }
  });
  const socket = new StreamSocket();
  let heard = "";
  socket.on("data", (piece: string) => (heard += piece));
  socket.connect(options(port));
  await once(socket, "connect");
  assert.equal(socket.secure, false);
  const closed = once(socket, "close");
  socket.write("hello", () => undefined);
  await closed;
  assert.equal(heard, text);
});

test("a server that offers no TLS is refused, unless it is on this machine", async (t) => {
  const port = await serve(t, (socket) => void socket.write(`${STREAM}<stream:features/>`));
  // The same server, by a name that does not say so.
  const { name, message } = await failure(options(port, "127.1"));
  assert.equal(name, "NoTls");
  assert.match(message, /offers no TLS, and would see the password/);
});

test("what comes between the offer of TLS and TLS is never read (RFC 6120, 5.4.3.3)", async (t) => {
  const port = await serve(t, (socket) => {
    socket.write(
      `${STREAM}<stream:features><starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/></stream:features>`,
    );
    socket.on("data", () =>
      socket.write(
        `<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/><message><body>injected</body></message>`,
      ),
    );
  });
  const socket = new StreamSocket();
  const heard: string[] = [];
  socket.on("data", (piece: string) => heard.push(piece));
  socket.connect(options(port));
  await once(socket, "error", {}).catch(() => undefined);
  assert.deepEqual(heard, []);
});

test("the next address is tried where one does not answer", async (t) => {
  const port = await serve(t, (socket) => void socket.write(`${STREAM}<stream:features/>`));
  const endpoints = [1, port].map((each) => ({
    host: "127.0.0.1",
    port: each,
    isDirectTls: false,
  }));
  const socket = new StreamSocket();
  socket.connect({ ...options(port), endpoints });
  await once(socket, "connect");
  socket.destroy();
  await once(socket, "close");
});
