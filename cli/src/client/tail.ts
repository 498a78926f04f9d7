/** What `seabird tail` does: follows core's events and prints each. */
import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { EventSchema } from "@seabird-chat/protocol";
import { EXIT } from "@seabird-chat/runtime";
import {
  connectPlugin,
  type EventKind,
  type LinkState,
  type PluginClient,
} from "@seabird-chat/sdk";
import { watchCommandSignals } from "../process/stop-signals.ts";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";
import { passes, type TailFilter } from "./event-line.ts";
import { humanLine, type LineOptions } from "./human-line.ts";
import { sdkFailure, withoutHint } from "./sdk-failure.ts";
import { requireToken, type Settings } from "./settings.ts";
import { type TailEntry, Transcript } from "./transcript.ts";

export interface TailOptions {
  readonly kind: readonly EventKind[];
  readonly channel: readonly string[];
  readonly backend: readonly string[];
  readonly sender: readonly string[];
  readonly count?: number;
  readonly ids?: boolean;
  /** False: leaves out sends that were refused. */
  readonly refused: boolean;
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
    kinds: wantedKinds(options),
    onMissingKinds: (kinds) => reportMissing(kinds, settings.url),
    env: {},
  });
  const transcript = new Transcript({ awaitsResults: !options.refused });
  const printer = new TailPrinter(output, options);
  const watching = watchLink(client, settings.url, options.retry, () =>
    printer.print(transcript.flush()),
  );
  try {
    await Promise.race([
      showEvents(client, transcript, printer),
      watching.then(() => undefined),
      printer.finished,
    ]);
  } catch (error) {
    throw sdkFailure(error, settings);
  } finally {
    watch.end();
    await client.close();
  }
}

/** Without `--kind` all, those of later cores too. Results of sends complete what sends are shown as. */
function wantedKinds({ kind, refused, ids }: TailOptions): readonly EventKind[] | "*" {
  if (kind.length === 0) return "*";
  return refused && ids !== true ? kind : [...kind, "sendResult"];
}

/** An older core sends the original kinds alone. */
function reportMissing(kinds: readonly EventKind[], url: string): void {
  const names = kinds.join(", ");
  process.stderr.write(`seabird: the core at ${url} is older and does not send ${names}\n`);
}

async function showEvents(
  client: PluginClient,
  transcript: Transcript,
  printer: TailPrinter,
): Promise<void> {
  for await (const event of client.events()) {
    await printer.print(transcript.take(event, new Date()));
  }
  await printer.print(transcript.flush());
}

class TailPrinter {
  /** Resolves when as many events as asked for are shown. */
  readonly finished: Promise<void>;
  readonly #finish: () => void;
  readonly #output: Output;
  readonly #filter: TailFilter;
  readonly #line: LineOptions;
  /** Whether the lines of sends have the ids. */
  readonly #sendsHaveIds: boolean;
  #left: number;

  constructor(output: Output, options: TailOptions) {
    const { kind, channel, backend, sender, count, ids, refused } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
    this.#output = output;
    this.#filter = {
      kinds: new Set(kind),
      channels: channel,
      backends: backend,
      senders: sender,
    };
    this.#line = { style: (style, text) => output.style(style, text), withIds: ids === true };
    this.#sendsHaveIds = !refused;
    this.#left = count ?? Number.POSITIVE_INFINITY;
  }

  /** Waits for a slow reader: core then queues, and ends the stream if it falls too far behind. */
  async print(entries: readonly TailEntry[]): Promise<void> {
    for (const entry of entries) {
      if (this.#left <= 0) return;
      if (!passes(entry.line, this.#filter) || !this.#says(entry)) continue;
      this.#left -= 1;
      if (this.#output.json) this.#output.jsonLine(jsonOf(entry));
      else this.#output.line(humanLine(entry, this.#line));
      if (process.stdout.writableNeedDrain) {
        await new Promise((drained) => process.stdout.once("drain", drained));
      }
    }
    if (this.#left <= 0) this.#finish();
  }

  /** That a send went well is a line only for those who want to see it. */
  #says({ event, line }: TailEntry): boolean {
    if (event.kind !== "sendResult" || this.#output.json) return true;
    if (this.#filter.kinds.has("sendResult")) return true;
    const hasIds = this.#line.withIds && !this.#sendsHaveIds && line.ids.length > 0;
    return event.error !== "" || event.degraded.length > 0 || hasIds;
  }
}

function jsonOf({ at, event, line }: TailEntry) {
  const { kind, place, sender, senderId, ids, text } = line;
  const flat = { at: at.toISOString(), kind, place, sender, senderId, ids, text };
  let raw: JsonValue = null;
  try {
    raw = toJson(EventSchema, event.raw);
  } catch {
    // JSON has no form for some values, such as a time in the year 10,000.
  }
  return { ...flat, event: raw };
}

/** Tells of lost connections; ends when the link does, or with `retry` false at the first loss. */
async function watchLink(
  client: PluginClient,
  url: string,
  retry: boolean,
  onLost: () => Promise<void>,
): Promise<void> {
  let told: LinkState["state"] | undefined;
  for await (const state of client.states()) {
    if (state.state === "failed") throw state.error;
    if (state.state === "waiting" && !retry) throw state.error;
    if (state.state === "waiting" && told !== "waiting") {
      await onLost();
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
