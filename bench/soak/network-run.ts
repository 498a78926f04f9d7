/** One network in the soak: what is said there in both directions, and its outages. */
import {
  bold,
  type Content,
  type PluginClient,
  type PluginEvent,
  type SeabirdError,
  text,
} from "@seabird-chat/sdk";
import type { LocalNetwork } from "../../test/support/local-network.ts";
import { pause } from "../load/stopwatch.ts";
import { Ledger, type Outage, type Totals } from "./ledger.ts";

/** A cut link refuses new connections for so long. */
const CUT_MS = 2_000;
/** What was said just before a cut may be under way in it. */
const UNDER_WAY_MS = 1_000;
/** A network that nobody reported lost by then has survived its cut. */
const NOTICED_MS = 30_000;
/** Of refusals by which nothing was sent. */
const NOT_SENT = /not connected|^not sent: /;
/** Different words of failures that are kept. */
const MAX_REASONS = 30;
/** What the longest message of a person or plugin has besides its number. */
const LONG = "and so on ".repeat(60);

/** What plugins do besides sending; a refusal is no loss, but it is counted. */
export type Extra = "edit" | "react" | "file" | "typing";

export interface NetworkRow {
  readonly type: LocalNetwork["type"];
  /** Said by the person, arrived at the plugin. */
  readonly inbound: Totals;
  /** Said by the plugin, arrived at the person. */
  readonly outbound: Totals;
  readonly cuts: number;
  /** How often, by the words of the failure. */
  readonly failures: Readonly<Record<string, number>>;
  readonly extras: Readonly<Record<Extra, { readonly done: number; readonly refused: number }>>;
}

export class NetworkRun {
  readonly network: LocalNetwork;
  readonly #plugin: PluginClient;
  readonly #channelId: string;
  readonly #inbound = new Ledger();
  readonly #outbound = new Ledger();
  readonly #outages: { fromMs: number; toMs: number }[] = [];
  readonly #extras = {
    edit: { done: 0, refused: 0 },
    react: { done: 0, refused: 0 },
    file: { done: 0, refused: 0 },
    typing: { done: 0, refused: 0 },
  };
  /** How often, by the words of the failure. */
  readonly #failures = new Map<string, number>();
  #cuts = 0;
  #read = 0;
  /** Messages that the person has yet to say. */
  #unsaid = 0;
  #saying: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  /** The id of the newest message of the person. */
  #lastHeard: string | undefined;

  /** `channelId`: absolute. */
  constructor(network: LocalNetwork, plugin: PluginClient, channelId: string) {
    this.network = network;
    this.#plugin = plugin;
    this.#channelId = channelId;
  }

  /** The person says message `number`, once the one before has been said. */
  sayInbound(number: number): Promise<void> {
    this.#unsaid++;
    this.#saying = this.#saying.then(async () => {
      this.#unsaid--;
      this.#inbound.say(number, performance.now(), { isSent: true });
      try {
        await this.network.say(inboundText(number));
      } catch (error) {
        this.#inbound.settle(number, "unknown");
        this.#failed("say", error);
      }
    });
    return this.#saying;
  }

  /** The plugin does: message `number`, and what goes with it. */
  async sayOutbound(number: number): Promise<void> {
    this.#outbound.say(number, performance.now());
    try {
      const sent = await this.#plugin.sendMessage(
        this.#channelId,
        await this.#inTurn(() => this.#outboundContent(number)),
        number % 10 === 2 && this.#lastHeard !== undefined
          ? { replyTo: { id: this.#lastHeard } }
          : {},
      );
      this.#outbound.settle(number, "sent");
      if (number % 10 === 5 && sent.canEdit)
        await this.#do("edit", () => sent.edit(`edited ${number}`));
    } catch (error) {
      const isRefused = NOT_SENT.test((error as SeabirdError).message);
      this.#outbound.settle(number, isRefused ? "refused" : "unknown");
      this.#failed("send", error);
    }
    await this.#more(number);
  }

  /** Cuts the bot's connections, and lets it come back. */
  async cut(): Promise<void> {
    const { link } = this.network;
    this.#cuts++;
    this.#outages.push({
      fromMs: performance.now() - UNDER_WAY_MS,
      toMs: Number.POSITIVE_INFINITY,
    });
    link.refuses = true;
    link.dropAll();
    await pause(CUT_MS);
    link.refuses = false;
    await pause(NOTICED_MS);
    this.#end(performance.now());
  }

  /** An event of core, of whichever network. */
  handle(event: PluginEvent): void {
    if (event.kind === "backend") {
      if (event.change !== "networkBack" || !this.#channelId.startsWith(event.backend.id)) return;
      this.#end(performance.now() + UNDER_WAY_MS);
    } else if ("channelId" in event && event.channelId === this.#channelId) {
      if (event.kind !== "message" && event.kind !== "command") return;
      if (event.message.id !== "") this.#lastHeard = event.message.id;
      const said = event.kind === "command" ? event.arg : event.text;
      const number = /\bin-(\d+)\b/.exec(said)?.[1];
      if (number !== undefined) this.#inbound.arrive(Number(number));
    }
  }

  /** Looks what the person has heard by now. */
  listen(): void {
    const heard = this.network.heard(this.#read);
    this.#read += heard.length;
    for (const { text: said, edits } of heard) {
      const number = /\bout-(\d+)\b/.exec(said)?.[1];
      if (number !== undefined && edits === undefined) this.#outbound.arrive(Number(number));
    }
  }

  isWaiting(): boolean {
    if (this.#unsaid > 0 || this.#outbound.isWaiting([])) return true;
    return this.#inbound.isWaiting(this.#excuses());
  }

  /** `underWayFromMs`: as `Ledger.totals`. */
  row(underWayFromMs?: number): NetworkRow {
    return {
      type: this.network.type,
      inbound: this.#inbound.totals(this.#excuses(), underWayFromMs),
      outbound: this.#outbound.totals([], underWayFromMs),
      cuts: this.#cuts,
      extras: this.#extras,
      failures: Object.fromEntries(this.#failures),
    };
  }

  #excuses(): readonly Outage[] {
    return this.network.keepsMessages ? [] : this.#outages;
  }

  #end(atMs: number): void {
    const outage = this.#outages.at(-1);
    if (outage?.toMs === Number.POSITIVE_INFINITY) outage.toMs = atMs;
  }

  /** A message whose file takes long to upload is not overtaken by the next. */
  #inTurn<T>(make: () => Promise<T>): Promise<T> {
    const made = this.#turn.then(make);
    this.#turn = made.catch(() => undefined);
    return made;
  }

  async #outboundContent(number: number): Promise<Content> {
    const name = `out-${number}`;
    if (number % 50 === 7) {
      const bytes = Buffer.alloc(1_024, number % 256);
      const file = await this.#plugin.upload({ bytes, name: "soak.bin" });
      this.#extras.file.done++;
      return text`${name} ${file}`;
    }
    const forms: Readonly<Record<number, Content>> = {
      1: text`${bold(name)} in bold`,
      4: `${name}\na second line`,
      8: `${name} ${LONG}`,
    };
    return forms[number % 10] ?? `${name} plain`;
  }

  async #more(number: number): Promise<void> {
    const where = { channelId: this.#channelId };
    const id = this.#lastHeard;
    if (number % 10 === 6 && id !== undefined) {
      await this.#do("react", () => this.#plugin.react(where, id, "👍"));
    }
    if (number % 10 === 9) await this.#do("typing", () => this.#plugin.setTyping(where, true));
  }

  async #do(extra: Extra, call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
      this.#extras[extra].done++;
    } catch (error) {
      this.#extras[extra].refused++;
      this.#failed(extra, error);
    }
  }

  #failed(what: Extra | "send" | "say", error: unknown): void {
    const reason = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    const count = this.#failures.get(reason) ?? 0;
    if (count > 0 || this.#failures.size < MAX_REASONS) this.#failures.set(reason, count + 1);
  }
}

function inboundText(number: number): string {
  const name = `in-${number}`;
  const forms: Readonly<Record<number, string>> = {
    3: `!soak ${name}`,
    6: `${name} https://example.org/ *and* _so_ on`,
    8: `${name} ${LONG.slice(0, 300)}`,
  };
  return forms[number % 10] ?? `${name} plain`;
}
