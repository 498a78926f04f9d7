/**
 * Stops loops with other bots: a speaker who answers the plugin's answers at once, again and
 * again, is ignored in that conversation for a while. All others are not affected.
 */
import { BoundedMap } from "../link/bounded-map.ts";
import type { Clock } from "../link/clock.ts";
import type { SdkLimits } from "../link/limits.ts";
import { normalId } from "../link/normal-id.ts";
import type { Log } from "../program/log.ts";
import { type Deed, deedOf } from "./deed.ts";
import type { Speaker } from "./event-fields.ts";
import type { PluginEvent } from "./events.ts";

/**
 * A speaker whose commands, `hears`, answers to questions, edits, deletions and reactions a plugin
 * ignores in one conversation.
 */
export interface IgnoredSpeaker {
  /** Absolute; of a plugin that edits or reacts, mostly the name of its token. */
  readonly userId: string;
  /** Absolute; empty for the private conversation. */
  readonly channelId: string;
  /** When it ends by itself, in Unix milliseconds. */
  readonly untilMs: number;
}

/** The speakers that a plugin ignores because they were in a loop with it. */
export interface IgnoredSpeakers {
  /** Loops found since the plugin started. */
  readonly loops: number;
  list(): readonly IgnoredSpeaker[];
  /**
   * Takes an absolute id. Ends it in every conversation, and the next loop is the first one again.
   * False if the user was not ignored.
   */
  unignore(userId: string): boolean;
  /** Calls back when a speaker is ignored, or not any more by `unignore`; returns the undo. */
  onChange(callback: () => void): () => void;
}

type GuardLimits = Pick<
  SdkLimits,
  | "loopExchanges"
  | "loopAnswerMs"
  | "loopIgnoreMs"
  | "loopIgnoreMaxMs"
  | "maxLoopConversations"
  | "maxIgnoredSpeakers"
>;

/** The last speaker of a conversation, or whoever was last active there, and the plugin's answers. */
interface Conversation {
  /** Empty for a private one. */
  readonly channelId: string;
  speaker: string;
  /** Of this speaker, in a row. */
  exchanges: number;
  /** When the last activity was; of speech, for which it is not looked at, never over. */
  notedAt: number;
  /** The last start or end of a send, in the clock's milliseconds. */
  answeredAt: number;
  /** No line has followed the last answer yet. */
  isFresh: boolean;
  /** Sends that have not ended. */
  inFlight: number;
  /** A line that came while a send was under way, which tells later whether it was the answer's echo. */
  undecidedAt: number | undefined;
}

interface Ignored {
  readonly userId: string;
  readonly channelId: string;
  readonly endsAt: number;
  /** How often this speaker was ignored here, one soon after the other. */
  readonly times: number;
}

export class LoopGuard implements IgnoredSpeakers {
  readonly #clock: Clock;
  readonly #limits: GuardLimits;
  readonly #log: Log;
  readonly #conversations: BoundedMap<string, Conversation>;
  readonly #ignored: BoundedMap<string, Ignored>;
  readonly #watchers = new Set<() => void>();
  #loops = 0;

  constructor(options: { readonly clock: Clock; readonly limits: GuardLimits; readonly log: Log }) {
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#log = options.log;
    this.#conversations = new BoundedMap(options.limits.maxLoopConversations);
    this.#ignored = new BoundedMap(options.limits.maxIgnoredSpeakers);
  }

  get loops(): number {
    return this.#loops;
  }

  list(): readonly IgnoredSpeaker[] {
    const [now, wallMs] = [this.#clock.now(), this.#clock.wallMs()];
    return [...this.#ignored.values()]
      .filter(({ endsAt }) => endsAt > now)
      .map(({ userId, channelId, endsAt }) => {
        return { userId, channelId, untilMs: Math.round(wallMs + endsAt - now) };
      });
  }

  unignore(given: string): boolean {
    const userId = normalId(given);
    const now = this.#clock.now();
    let isEnded = false;
    for (const [key, ignored] of this.#ignored) {
      if (ignored.userId !== userId) continue;
      isEnded ||= ignored.endsAt > now;
      this.#ignored.delete(key);
    }
    if (isEnded) this.#changed();
    return isEnded;
  }

  onChange(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  /** Whether the event's speaker is ignored in its conversation. */
  ignores(event: PluginEvent): boolean {
    if (this.#ignored.size === 0) return false;
    const deed = deedOf(event);
    // Votes must not be lost.
    if (deed === undefined || (deed.isActivity && deed.isPersons)) return false;
    const ignored = this.#ignored.get(keyOf(deed.userId, deed.channelId));
    return ignored !== undefined && ignored.endsAt > this.#clock.now();
  }

  /**
   * Takes note of every event. `isForUs`: it runs a command or a `hears`, or answers a question; of an
   * activity, it runs any handler. What plugins send is not speech, so a bridge's lines come between no
   * others; and activities, which are counted for themselves, come between no lines.
   *
   * What the plugin itself does comes back as an activity. A loop is only what follows upon it: what a
   * person asks for in between, or a timer does later, is none.
   */
  note(said: PluginEvent | Speaker, isForUs: boolean): void {
    const deed = deedOf(said);
    if (deed === undefined) return;
    if (isForUs && deed.isPersons) this.#asked(deed);
    if (deed.isActivity && (deed.isPersons || !isForUs)) return;
    const conversation = this.#conversationOf(deed);
    if (deed.isActivity) conversation.notedAt = this.#clock.now();
    if (conversation.answeredAt === NEVER) {
      conversation.exchanges = 0;
      return;
    }
    const now = this.#clock.now();
    if (now - conversation.answeredAt <= this.#limits.loopAnswerMs) {
      if (!isForUs || !conversation.isFresh) return;
      this.#exchanged(conversation);
    } else if (conversation.inFlight === 0) {
      conversation.exchanges = 0;
    } else if (isForUs) {
      conversation.undecidedAt ??= now;
    }
  }

  /** Takes note of what the plugin sends to a channel or a user, and does to messages there. */
  sending(target: string, sent: Promise<unknown>): void {
    const to = normalId(target);
    for (const key of [to, activityKey(to)]) {
      const conversation = this.#conversations.get(key);
      if (conversation === undefined) continue;
      const now = this.#clock.now();
      if (now - conversation.notedAt > this.#limits.loopAnswerMs) conversation.exchanges = 0;
      conversation.answeredAt = now;
      conversation.isFresh = true;
      conversation.inFlight += 1;
      sent.then(
        () => this.#sent(conversation),
        () => this.#refused(conversation),
      );
    }
  }

  /** What the plugin does now is for a person, and no answer to an activity. */
  #asked({ where }: Deed): void {
    const conversation = this.#conversations.get(activityKey(where));
    if (conversation !== undefined) conversation.exchanges = 0;
  }

  #conversationOf({ userId: speaker, channelId, where, isActivity }: Deed): Conversation {
    const key = isActivity ? activityKey(where) : where;
    const found = this.#conversations.get(key);
    const conversation = found ?? {
      ...{ channelId, speaker },
      exchanges: 0,
      notedAt: Number.POSITIVE_INFINITY,
      answeredAt: NEVER,
      isFresh: false,
      inFlight: 0,
      undecidedAt: undefined,
    };
    // Again for those that are there: the one without speech for longest is forgotten.
    this.#conversations.set(key, conversation);
    // A backend without ids tells nothing about who speaks.
    if (conversation.speaker === speaker && speaker !== "") return conversation;
    conversation.speaker = speaker;
    conversation.exchanges = 0;
    conversation.isFresh = false;
    conversation.undecidedAt = undefined;
    return conversation;
  }

  #sent(conversation: Conversation): void {
    const now = this.#clock.now();
    const { undecidedAt } = conversation;
    conversation.inFlight -= 1;
    conversation.answeredAt = now;
    if (undecidedAt === undefined) return;
    conversation.undecidedAt = undefined;
    if (now - undecidedAt > this.#limits.loopAnswerMs) conversation.exchanges = 0;
    else this.#exchanged(conversation);
  }

  #refused(conversation: Conversation): void {
    conversation.inFlight -= 1;
    if (conversation.inFlight > 0) return;
    conversation.answeredAt = NEVER;
    conversation.undecidedAt = undefined;
  }

  #exchanged(conversation: Conversation): void {
    conversation.isFresh = false;
    conversation.exchanges += 1;
    if (conversation.exchanges < this.#limits.loopExchanges) return;
    conversation.exchanges = 0;
    this.#ignore(conversation.speaker, conversation.channelId);
  }

  #ignore(userId: string, channelId: string): void {
    const { loopExchanges, loopAnswerMs, loopIgnoreMs, loopIgnoreMaxMs } = this.#limits;
    const now = this.#clock.now();
    const key = keyOf(userId, channelId);
    const last = this.#ignored.get(key);
    const isSoon = last !== undefined && now - last.endsAt <= loopIgnoreMaxMs;
    const times = isSoon ? last.times + 1 : 1;
    const ms = Math.min(loopIgnoreMs * 2 ** (times - 1), loopIgnoreMaxMs);
    this.#ignored.set(key, { userId, channelId, endsAt: now + ms, times });
    this.#loops += 1;
    this.#log.warn(
      { user: userId, channel: channelId || "private", seconds: ms / 1_000 },
      `a user is ignored: ${loopExchanges} answers in a row got a reply within ` +
        `${loopAnswerMs / 1_000} s, as between bots in a loop; \`seabird unignore\` ends it`,
    );
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

const NEVER = Number.NEGATIVE_INFINITY;

function activityKey(conversationId: string): string {
  return `${conversationId} activity`;
}

/** Ids contain no spaces: core escapes them. */
function keyOf(userId: string, channelId: string): string {
  return `${userId} ${channelId}`;
}
