/** A backend whose network, or whose author, does what nobody expects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BackendConnection,
  type BackendHost,
  type BackendSpec,
  backend,
  Refused,
  type RequestInfo,
} from "@seabird-chat/sdk/backend";
import { z } from "zod";
import { ROOM, refused, stage, standing } from "../support/backend-stage.ts";
import { until } from "../support/until.ts";

const untyped = (value: unknown): never => value as never;

/** A network that is lost at a word, and all its hosts. */
function flapping(functions: Omit<Partial<BackendConnection>, "closed" | "close">) {
  const hosts: BackendHost[] = [];
  let lose = (_: Error) => {};
  const spec: BackendSpec = {
    connect: (host) => {
      hosts.push(host);
      const { promise: closed, reject } = Promise.withResolvers<never>();
      lose = reject;
      return { ...functions, closed, close: () => undefined };
    },
  };
  const flap = async () => {
    const { length } = hosts;
    lose(new Error("reset"));
    await until("the next connection", () => hosts.length > length);
  };
  return { spec, hosts, flap };
}

test("what the old connection was asked for ends with it, and changes nothing of the new one", async (t) => {
  const asked: RequestInfo[] = [];
  const joining = Promise.withResolvers<{ id: string }>();
  const { spec, flap } = flapping({
    send: (_, message) => {
      asked.push(message);
      return new Promise(() => undefined);
    },
    join: () => joining.promise,
  });
  const { plugin, running } = await stage(t, spec);
  await running.ready();
  const send = refused("camp lost its connection", plugin.sendMessage(ROOM, "x"));
  const join = refused("camp lost its connection", plugin.joinChannel("camp://test", "attic"));
  await until("both", () => asked.length === 1 && running.activity().requests === 2);
  await flap();
  await Promise.all([send, join]);
  assert.ok(asked[0]?.signal.aborted);
  joining.resolve({ id: "attic" });
  await until("its end", () => running.activity().requests === 0);
  assert.deepEqual(await plugin.listChannels("camp://test"), []);
});

test("an old host neither names the bot nor ends the backend", async (t) => {
  const { spec, hosts, flap } = flapping({ send: () => undefined });
  const { running, heard, plugin } = await stage(t, spec);
  await running.ready();
  const [first] = hosts;
  assert.ok(first !== undefined);
  await flap();
  const second = hosts[1];
  assert.ok(second !== undefined);
  second.self = "ember";
  first.self = "ghost";
  first.leave();
  second.emit.message({ channel: "room", user: "ann", text: "ember: hi" });
  await until("it", () => heard.length === 1);
  assert.equal(heard[0]?.kind, "mention");
  await plugin.sendMessage(ROOM, "still here");
});

test("who listens for notices is forgotten with the connection", async (t) => {
  const listeners = new Set<(line: string) => void>();
  let lose = (_: Error) => {};
  let connects = 0;
  const { running } = await stage(
    t,
    {
      connect: (host) => {
        connects++;
        host.onNotice(() => undefined);
        const { promise: closed, reject } = Promise.withResolvers<never>();
        lose = reject;
        return { closed, close: () => undefined };
      },
    },
    {
      onNotice: (callback) => {
        listeners.add(callback);
        return () => listeners.delete(callback);
      },
    },
  );
  await running.ready();
  lose(new Error("reset"));
  await until("the next connection", () => connects === 2);
  assert.equal(listeners.size, 1);
  await running.close();
  assert.equal(listeners.size, 0);
});

test("a room that a plugin has joined again after the reconnect is not left", async (t) => {
  const { spec, hosts, flap } = flapping({ join: (id) => ({ id }) });
  const { plugin, running } = await stage(t, spec, { constants: { channelsBackMs: 3_600_000 } });
  await running.ready();
  hosts[0]?.channels.joined({ id: "room" });
  await until("the room", async () => (await plugin.listChannels("camp://test")).length === 1);
  await flap();
  await until("the network", () =>
    plugin.joinChannel("camp://test", "room").then(
      () => true,
      () => false,
    ),
  );
  hosts[1]?.channels.settled();
  hosts[1]?.channels.joined({ id: "last" });
  await until("both rooms", async () => {
    const list = await plugin.listChannels("camp://test");
    return list.length === 2;
  });
});

test("rooms told by a connect that failed are not the next one's", async (t) => {
  let tries = 0;
  const { plugin, running } = await stage(t, {
    connect: (host) => {
      if (tries++ > 0) {
        host.channels.joined({ id: "room" });
        host.channels.settled();
        return standing();
      }
      host.channels.joined({ id: "ghost" });
      throw new Error("wrong moment");
    },
  });
  await running.ready();
  const list = await plugin.listChannels("camp://test");
  assert.deepEqual(
    list.map(({ id }) => id),
    [ROOM],
  );
});

test("a connection that comes too late may break as it likes", async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  const late = Promise.withResolvers<BackendConnection>();
  let tries = 0;
  let closes = 0;
  const { running, log } = await stage(t, {
    connectTimeoutMs: 20,
    connect: () => (tries++ === 0 ? late.promise : standing()),
  });
  await running.ready();
  const { promise: closed, reject } = Promise.withResolvers<never>();
  late.resolve({
    closed,
    close: () => {
      closes++;
      reject(new Error("gone"));
    },
  });
  await until("its close", () => closes === 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
  await running.close();
  assert.ok(!log.some((line) => line.includes("good order")));
});

test("whatever connect and closed give, it is tried again, in words", async (t) => {
  const bare = Object.create(null);
  const thrown = (reason: unknown) => () => {
    throw reason;
  };
  const given: (() => unknown)[] = [
    thrown(undefined),
    () => Promise.reject(undefined),
    thrown(bare),
    () => undefined,
    () => "connected",
    () => ({ ...standing(), closed: Promise.reject(undefined) }),
    () => ({ ...standing(), closed: Promise.resolve() }),
    () => ({ ...standing(), closed: "never" }),
    () => ({ closed: Promise.reject(new Error("no close")) }),
    () => standing(),
  ];
  let tries = 0;
  const { running, log } = await stage(t, { connect: () => untyped(given[tries++]?.()) });
  await until("the last", () => tries === given.length);
  await running.ready();
  const away = log.map((line) => JSON.parse(line)).filter(({ msg }) => /is away/.test(msg));
  assert.equal(away.length, given.length - 1);
  for (const { error } of away)
    assert.ok(
      !/undefined$|cannot convert/i.test(error.message) || /gave undefined/.test(error.message),
      error.message,
    );
  assert.ok(!log.some((line) => line.includes("good order")), log.join(""));
});

test("what a function throws is the answer, whatever it is", async (t) => {
  const thrown: unknown[] = [undefined, null, "no", 7, Object.create(null), new Error("")];
  const { plugin, running } = await stage(t, {
    connect: () => ({
      ...standing(),
      send: () => {
        throw thrown.shift();
      },
      join: () => untyped(null),
    }),
  });
  await running.ready();
  for (const words of [
    "backend gave no reason",
    "backend gave no reason",
    "no",
    "7",
    "backend gave no reason",
    "backend gave no reason",
  ]) {
    await refused(words, plugin.sendMessage(ROOM, "x"));
  }
  await plugin.joinChannel("camp://test", "told elsewhere");
});

test("a room that is reported may lack anything but its id", async (t) => {
  let host: BackendHost | undefined;
  const { plugin, running } = await stage(t, {
    connect: (given) => {
      host = given;
      return standing();
    },
  });
  await running.ready();
  const channels = host?.channels;
  assert.ok(channels !== undefined);
  channels.joined(untyped({ id: "room", displayName: null, topic: null }));
  channels.changed(untyped({ id: "room", topic: null }));
  for (const each of [undefined, null, {}, { id: 7 }, { id: "x", topic: 7 }, "none"]) {
    channels.joined(untyped(each));
    channels.changed(untyped(each));
    channels.left(untyped(each));
  }
  host?.emit.message(untyped({ channel: "room", user: "ann", text: "hi", block: null }));
  channels.joined({ id: "last" });
  await until("the last", async () => (await plugin.listChannels("camp://test")).length === 2);
  const info = await plugin.channelInfo(ROOM);
  assert.deepEqual([info.displayName, info.topic], ["room", ""]);
});

test("metadata that breaks or is no text leaves what the SDK tells", async (t) => {
  const given: unknown[] = [{ users: 5, nothing: null, open: true }, "words", undefined];
  const { plugin, running, log } = await stage(t, {
    connect: () => ({
      ...standing(),
      metadata: () => {
        if (given.length === 0) throw new Error("not now");
        return untyped(given.shift());
      },
    }),
  });
  await running.ready();
  const first = await plugin.backendInfo("camp://test");
  assert.deepEqual([first.metadata["users"], first.metadata["open"]], ["5", "true"]);
  assert.ok(!("nothing" in first.metadata));
  for (let round = 0; round < 3; round++) {
    const { metadata } = await plugin.backendInfo("camp://test");
    assert.deepEqual([metadata["command_prefix"], metadata["user_ids"]], ["!", "unverified"]);
  }
  assert.equal(log.filter((line) => line.includes("not now")).length, 1);
});

test("new settings are taken one after the other", async (t) => {
  const config = z.object({ nick: z.string() });
  const first = Promise.withResolvers<void>();
  let host: BackendHost<{ nick: string }> | undefined;
  const { running } = await stage<{ nick: string }>(
    t,
    {
      config,
      connect: (given) => {
        host = given;
        return {
          ...standing(),
          reconfigure: async ({ nick }) => {
            if (nick === "bad") await first.promise;
          },
        };
      },
    },
    { config: { nick: "a" } },
  );
  await running.ready();
  const bad = assert.rejects(running.reconfigure({ nick: "bad" }), /no such nick/);
  const good = running.reconfigure({ nick: "good" });
  await new Promise((resolve) => setImmediate(resolve));
  first.reject(new Refused("no such nick"));
  await Promise.all([bad, good]);
  assert.equal(host?.config.nick, "good");
});

test("a spec that cannot work is refused where it is written", () => {
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ config: { url: "text" } }, /config; give a schema/],
    [{ commandPrefix: 7 }, /commandPrefix/],
    [{ maxMessageBytes: 0 }, /maxMessageBytes/],
    [{ maxMessageBytes: Number.NaN }, /maxMessageBytes/],
    [{ connectTimeoutMs: 0 }, /connectTimeoutMs; give a whole number/],
    [{ requestTimeoutMs: "1" }, /requestTimeoutMs; give a whole number/],
    [{ formats: "bold" }, /formats/],
    [{ userIds: "yes" }, /userIds; give verified/],
    [{ sends: ["messages"] }, /sends; give a list of message/],
    [{ version: 1 }, /version/],
    [{ connect: "x" }, /no function connect/],
  ];
  for (const [wrong, words] of rows) {
    const make = () => backend("camp", untyped({ connect: standing, ...wrong }));
    assert.throws(make, (error: Error & { code?: string }) => {
      assert.equal(error.code, "bad_option");
      assert.match(error.message, words);
      return true;
    });
  }
});
