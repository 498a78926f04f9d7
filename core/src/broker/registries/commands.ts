/** The registered commands: each name belongs to one open stream. */
import { create } from "@bufbuild/protobuf";
import {
  type CommandMetadata,
  type CommandsResponse,
  CommandsResponseSchema,
} from "@seabird-chat/protocol";
import { escapeMisleading, isMisleading } from "@seabird-chat/protocol/misleading-text";
import { fits, utf8Bytes } from "../codec/utf8.ts";
import { BrokerError } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";

type Registration = readonly [name: string, metadata: CommandMetadata];

/** Tags and lengths around one command and its fields, at most. */
const FRAME_BYTES = 40;

export class Commands {
  readonly #options: ResolvedBrokerOptions;
  readonly #registered = new Map<string, CommandMetadata>();
  #bytes = 0;
  #list: CommandsResponse | undefined;

  constructor(options: ResolvedBrokerOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#registered.size;
  }

  /** Every command by name. */
  all(): Iterable<Registration> {
    return this.#registered;
  }

  /** The same as an answer: one object until one comes or goes. */
  list(): CommandsResponse {
    this.#list ??= create(CommandsResponseSchema, {
      commands: Object.fromEntries(this.#registered),
    });
    return this.#list;
  }

  /**
   * Registers all of them or none; returns the undo. Throws `command_taken`, `bad_request` for
   * names or texts out of bounds, `message_too_large` if the list of all commands would be.
   */
  register(commands: Readonly<Record<string, CommandMetadata>>): () => void {
    const registrations = Object.entries(commands);
    this.#checkBounds(registrations);
    for (const [name] of registrations) this.#checkFree(name);
    const bytes = registrations.reduce((sum, each) => sum + listBytes(each), 0);
    if (this.#bytes + bytes > this.#options.maxListBytes) {
      const most = this.#options.maxListBytes;
      throw new BrokerError("message_too_large", `all commands' texts exceed ${most} bytes`);
    }
    for (const [name, metadata] of registrations) this.#registered.set(name, metadata);
    this.#bytes += bytes;
    this.#list = undefined;
    return once(() => {
      for (const [name] of registrations) this.#registered.delete(name);
      this.#bytes -= bytes;
      this.#list = undefined;
    });
  }

  #checkFree(name: string): void {
    if (!this.#registered.has(name)) return;
    throw new BrokerError(
      "command_taken",
      `command "${name}" already registered by another plugin`,
    );
  }

  #checkBounds(registrations: readonly Registration[]): void {
    const { maxCommandsPerStream, maxCommandNameBytes, maxShortHelpBytes, maxFullHelpBytes } =
      this.#options;
    if (registrations.length > maxCommandsPerStream) {
      const got = registrations.length;
      throw badRequest(`${got} commands on one stream, limit ${maxCommandsPerStream}`);
    }
    for (const [key, { name, shortHelp, fullHelp }] of registrations) {
      checkLength("name", key, maxCommandNameBytes);
      checkLength("name", name, maxCommandNameBytes);
      if (key === "") throw badRequest("a command's name is empty");
      checkShown(key);
      checkShown(name);
      checkLength("short_help", shortHelp, maxShortHelpBytes);
      checkLength("full_help", fullHelp, maxFullHelpBytes);
    }
  }
}

function checkLength(field: string, text: string, maxBytes: number): void {
  if (fits(text, maxBytes)) return;
  throw badRequest(`a command's ${field} has ${utf8Bytes(text)} bytes, limit ${maxBytes}`);
}

/** Names are shown in lists and logs, as they are. */
function checkShown(name: string): void {
  if (!isMisleading(name)) return;
  const text = `a command's name has control characters or marks of direction: "${escapeMisleading(name)}"`;
  throw badRequest(text);
}

function badRequest(message: string): BrokerError {
  return new BrokerError("bad_request", message);
}

function listBytes([key, { name, shortHelp, fullHelp }]: Registration): number {
  return FRAME_BYTES + [key, name, shortHelp, fullHelp].reduce((sum, x) => sum + utf8Bytes(x), 0);
}

function once(undo: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    undo();
  };
}
