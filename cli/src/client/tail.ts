/** What `seabird tail` does: follows core's events and prints each. */
import { toJson } from "@bufbuild/protobuf";
import { EventSchema } from "@seabird-chat/protocol";
import { EXIT } from "@seabird-chat/runtime";
import {
  connectPlugin,
  type LinkState,
  type PluginClient,
  type PluginEvent,
} from "@seabird-chat/sdk";
import { watchCommandSignals } from "../process/stop-signals.ts";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";
import { formatClock } from "../terminal/times.ts";
import { type EventLine, eventLine, passes, shortPlace, type TailFilter } from "./event-line.ts";
import { sdkFailure, withoutHint } from "./sdk-failure.ts";
import { requireToken, type Settings } from "./settings.ts";

export interface TailOptions {
  readonly kind: readonly string[];
  readonly channel: readonly string[];
  readonly backend: readonly string[];
  readonly sender: readonly string[];
  readonly count?: number;
  readonly retry: boolean;
}

/** Until core or a person ends it, or after `count` events. */
export async function tail(
  settings: Settings,
  output: Output,
  options: TailOptions,
): Promise<void> {
  const stop = new AbortController();
  const watch = watchCommandSignals(
    () => stop.abort(),
    () => process.exit(EXIT.interrupted),
  );
  const client = connectPlugin({
    url: settings.url,
    token: requireToken(settings),
    signal: stop.signal,
    env: {},
  });
  const watching = watchLink(client, settings.url, options.retry);
  try {
    await Promise.race([showEvents(client, output, options), watching.then(() => undefined)]);
  } catch (error) {
    throw sdkFailure(error, settings);
  } finally {
    watch.end();
    await client.close();
  }
}

async function showEvents(
  client: PluginClient,
  output: Output,
  options: TailOptions,
): Promise<void> {
  const filter: TailFilter = {
    kinds: new Set(options.kind),
    channels: options.channel,
    backends: options.backend,
    senders: options.sender,
  };
  let left = options.count ?? Number.POSITIVE_INFINITY;
  for await (const event of client.events()) {
    const line = eventLine(event);
    if (!passes(line, filter)) continue;
    await show(output, event, line);
    if (--left <= 0) return;
  }
}

/** Waits for a slow reader: core then queues, and ends the stream if it falls too far behind. */
async function show(output: Output, event: PluginEvent, line: EventLine): Promise<void> {
  const at = new Date();
  if (!output.json) {
    output.line(humanLine(output, at, line));
  } else {
    const { kind, place, sender, senderId, text } = line;
    const raw = toJson(EventSchema, event.raw);
    output.jsonLine({ at: at.toISOString(), kind, place, sender, senderId, text, event: raw });
  }
  if (process.stdout.writableNeedDrain) {
    await new Promise((drained) => process.stdout.once("drain", drained));
  }
}

const SENDER_STYLES = ["cyan", "green", "yellow", "magenta", "blue", "redBright"] as const;

function humanLine(output: Output, at: Date, line: EventLine): string {
  const who = output.style(senderStyle(line.sender), safeText(line.sender || "?"));
  const text = safeText(line.text);
  const place = output.style("bold", safeText(shortPlace(line.place) || "?"));
  const clock = output.style("dim", formatClock(at));
  return `${clock} ${place} ${arrange(output, line.kind, who, text)}`;
}

/** How each kind reads. */
function arrange(output: Output, kind: PluginEvent["kind"], who: string, text: string): string {
  const mark = (words: string) => output.style("dim", words);
  switch (kind) {
    case "message":
      return `<${who}> ${text}`;
    case "mention":
      return `<${who}> ${mark("(to the bot)")} ${text}`;
    case "command":
      return `<${who}> ${output.style("bold", `!${text}`)}`;
    case "action":
      return `* ${who} ${text}`;
    case "privateMessage":
      return `<${who}> ${mark("(private)")} ${text}`;
    case "privateAction":
      return `* ${who} ${mark("(private)")} ${text}`;
    case "sendMessage":
    case "sendPrivateMessage":
      return `${mark("→")} <${who}> ${text}`;
    case "performAction":
    case "performPrivateAction":
      return `${mark("→")} * ${who} ${text}`;
    case "unknown":
      return mark("(an event of a later edition of the protocol; --json shows it)");
    default:
      return `${mark(`(${kind})`)} ${who} ${text}`;
  }
}

function senderStyle(name: string): (typeof SENDER_STYLES)[number] {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return SENDER_STYLES[sum % SENDER_STYLES.length] ?? "cyan";
}

/** Tells of lost connections; ends when the link does, or with `retry` false at the first loss. */
async function watchLink(client: PluginClient, url: string, retry: boolean): Promise<void> {
  let told: LinkState["state"] | undefined;
  for await (const state of client.states()) {
    if (state.state === "failed") throw state.error;
    if (state.state === "waiting" && !retry) throw state.error;
    if (state.state === "waiting" && told !== "waiting") {
      const why = safeText(withoutHint(state.error));
      process.stderr.write(`seabird: not connected to ${url} (${why}); trying again\n`);
      told = "waiting";
    }
    if (state.state === "connected") {
      if (told === "waiting") process.stderr.write("seabird: connected\n");
      told = "connected";
    }
  }
}
