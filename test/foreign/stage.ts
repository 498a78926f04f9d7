/** What a test of a foreign client stands on: a core, the client, and a counterpart to it. */
import type { TestContext } from "node:test";
import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { ChatRequestSchema, EventSchema } from "@seabird-chat/protocol";
import type { Client, EventStream, IngestStream } from "./client.ts";
import { type CoreProcess, startCoreProcess, TOKENS } from "./core-process.ts";
import { eventually } from "./deadline.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";
import { ProgramClient } from "./program-client.ts";
import { foreignProgram, type Language, type Program } from "./programs.ts";
import type { ForeignStream } from "./stream.ts";

export type TokenName = keyof typeof TOKENS;

export interface Stage {
  readonly core: CoreProcess;
  /** The client under test, with the token of this name. */
  foreign(token: TokenName, url?: string): Promise<ProgramClient>;
  /** A client of our own choosing at the other end. */
  counterpart(token: TokenName): GrpcJsClient;
}

/** One thing that every client has to be able to do. */
export interface Scene {
  readonly name: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** Plays the scenes on one core; skips loudly where the language cannot be built. */
export async function playAll(
  context: TestContext,
  language: Language,
  scenes: readonly Scene[],
  Counterpart = GrpcJsClient,
): Promise<void> {
  const program = await foreignProgram(context, language);
  if (program === undefined) return;
  const core = await startCoreProcess();
  context.after(() => core.close());
  for (const scene of scenes) {
    await context.test(scene.name, (inner) =>
      scene.play(stageOf(inner, core, program, Counterpart)),
    );
  }
}

/** Everything that the stage hands out is closed when the test ends. */
export function stageOf(
  context: TestContext,
  core: CoreProcess,
  program: Program,
  Counterpart = GrpcJsClient,
): Stage {
  return {
    core,
    async foreign(token, url = core.url) {
      const address = { url, token: TOKENS[token] };
      const client = await ProgramClient.start(program, address);
      context.after(() => client.close());
      return client;
    },
    counterpart(token) {
      const client = new Counterpart({ url: core.url, token: TOKENS[token] });
      context.after(() => client.close());
      return client;
    },
  };
}

let lastProbe = 0;

/**
 * An event stream that core has opened: a command of its own is registered, and the headers have
 * come where the library tells of them.
 */
export async function opened(plugin: Client, asker: Client = plugin): Promise<EventStream> {
  lastProbe += 1;
  const probe = `probe-${lastProbe}`;
  const events = plugin.events({ [probe]: {} });
  await eventually(
    () => asker.call("registeredCommands", {}),
    ({ response }) => probe in commandsOf(response),
    "the stream is open",
  );
  if (plugin.tellsHeaders) await events.headers();
  return events;
}

export function commandsOf(response: unknown): Record<string, unknown> {
  return ((response ?? {}) as { commands?: Record<string, unknown> }).commands ?? {};
}

/** A backend that core has accepted. */
export async function accepted(
  backend: Client,
  plugin: Client,
  type: string,
  id: string,
): Promise<IngestStream> {
  const stream = backend.backend(type, id);
  await eventually(
    () => plugin.call("listBackends", {}),
    ({ response }) => backendIds(response).includes(`${type}://${id}`),
    `${type}://${id} is accepted`,
  );
  return stream;
}

/** Waits until no backend of this id is left. */
export async function gone(plugin: Client, id: string): Promise<void> {
  await eventually(
    () => plugin.call("listBackends", {}),
    ({ response }) => !backendIds(response).includes(id),
    `${id} has left`,
  );
}

export function backendIds(response: unknown): string[] {
  const { backends = [] } = (response ?? {}) as { backends?: { id: string }[] };
  return backends.map(({ id }) => id);
}

export async function nextEvent(stream: ForeignStream<MessageShape<typeof EventSchema>>) {
  return json(EventSchema, await stream.next());
}

/** The next request, and its id apart. */
export async function nextRequest(stream: IngestStream) {
  const request = await stream.next();
  const { id, ...rest } = json(ChatRequestSchema, request);
  return { id: String(id), request: rest };
}

function json<D extends DescMessage>(desc: D, message: MessageShape<D>): Record<string, unknown> {
  return toJson(desc, message) as Record<string, unknown>;
}
