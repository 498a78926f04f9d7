/** Ids as people type them. Each check throws a CliError that says what is wrong and what to type. */
import { backendId, parseBackendId, parseId } from "@seabird-chat/protocol/ids";
import { EXIT } from "@seabird-chat/runtime";
import type { Clients } from "../client/clients.ts";
import { collectChannels } from "../client/collect-channels.ts";
import { lastSegment } from "../client/event-line.ts";
import { CliError } from "../process/cli-error.ts";
import { shellQuote } from "../process/own-command.ts";
import type { Context } from "./context.ts";

/** Ids in a hint; the command that lists them all is named too. */
const MAX_HINTED_IDS = 5;
/** Of a message's id, as core takes it (the messages extension, docs/protocol.md). */
const MAX_MESSAGE_ID_BYTES = 512;

/** A channel's name alone may be that of several. */
export async function checkChannelId(context: Context, text: string): Promise<void> {
  const problem = problemOf(text, "channel");
  if (problem === undefined) return;
  const ids = await ask(context, listChannelIds);
  const named = ids?.filter((id) => text !== "" && lastSegment(id) === text) ?? [];
  const inside = ids?.filter((id) => backendOf(id) === backendOf(text)) ?? [];
  const fitting = [named, inside].find((some) => some.length > 0) ?? ids;
  throw new CliError(EXIT.usage, problem, hint("channel", fitting));
}

export function checkUserId(text: string): void {
  const problem = problemOf(text, "user");
  if (problem === undefined) return;
  const next =
    "it is like 'irc://seabird/ann'; `seabird members CHANNEL` lists those of a channel, " +
    "`seabird tail --json` shows that of whoever writes";
  throw new CliError(EXIT.usage, problem, next);
}

export async function checkBackendId(context: Context, text: string): Promise<void> {
  const isInside = parseId(text) !== undefined;
  if (!isInside && parseBackendId(text) !== undefined) return;
  const ids = await ask(context, listBackendIds);
  // A backend's own id may have a slash in it.
  const own = parseBackendId(text);
  if (isInside && own !== undefined && ids?.includes(backendId(own))) return;
  const near = ids?.filter((id) => id === backendOf(text) || parseBackendId(id)?.type === text);
  const what = text === "" ? "the backend's id is empty" : `${shown(text)} is no backend's id`;
  throw new CliError(EXIT.usage, what, hint("backend", near?.length ? near : ids));
}

export async function checkBackendOrChannelId(context: Context, text: string): Promise<void> {
  if (parseId(text) === undefined) await checkBackendId(context, text);
  else await checkChannelId(context, text);
}

/** `what`: the argument or option that it is. */
export function checkMessageId(text: string, what = "the message's id"): void {
  const next = "it is what `seabird send` prints, and `seabird tail --ids` shows of others";
  checkNotEmpty(text, what, next);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_MESSAGE_ID_BYTES) return;
  const problem = `${what} has ${bytes} bytes; at most ${MAX_MESSAGE_ID_BYTES} are allowed`;
  throw new CliError(EXIT.usage, problem, next);
}

/** In a script an unset variable is the empty text. */
export function checkNotEmpty(text: string | undefined, what: string, next: string): void {
  if (text === "") throw new CliError(EXIT.usage, `${what} is empty`, next);
}

function problemOf(text: string, kind: "channel" | "user"): string | undefined {
  if (text === "") return `the ${kind}'s id is empty`;
  const parsed = parseId(text);
  if (parsed !== undefined && parsed.relative !== "") return undefined;
  const isBackend = parseBackendId(text) !== undefined;
  return `${shown(text)} is ${isBackend ? `a backend's id, not a ${kind}'s` : `no ${kind}'s id`}`;
}

function hint(kind: "channel" | "backend", ids: readonly string[] | undefined): string {
  const all = `\`seabird ${kind}s\` lists`;
  if (ids === undefined) return `${all} them`;
  const none = kind === "channel" ? "no channel is joined" : "no backend is connected";
  if (ids.length === 0) return `${none}; ${all} them`;
  const some = ids.slice(0, MAX_HINTED_IDS).map(shellQuote).join(", ");
  return `use an id: ${some}; ${all} all`;
}

/** Undefined if core does not answer: the argument is wrong all the same. */
async function ask(
  context: Context,
  list: (clients: Clients) => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  return await context.ask(list).catch(() => undefined);
}

const listChannelIds = async (clients: Clients) =>
  (await collectChannels(clients)).map(({ id }) => id);

const listBackendIds = async ({ seabird }: Clients) =>
  (await seabird.listBackends({})).backends.map(({ id }) => id);

/** The written form of the backend's id in an id; undefined if there is none. */
function backendOf(id: string): string | undefined {
  const parsed = parseId(id) ?? parseBackendId(id);
  return parsed && backendId(parsed);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
