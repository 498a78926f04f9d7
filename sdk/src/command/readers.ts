/** Readers of words, choices, users, channels and values of a schema. */

import { absoluteId, parseId } from "@seabird-chat/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SeabirdError } from "../link/errors.ts";
import { normalChannelId, normalId } from "../link/normal-id.ts";
import type { Person } from "../plugin/event-values.ts";
import { MAX_SHOWN_CHARACTERS } from "./command-limits.ts";
import { NameIndex } from "./name-index.ts";
import { nearest } from "./nearest.ts";
import { foldCase } from "./normalise.ts";
import type { ReadContext, Reader, Reading } from "./reader.ts";
import { hasControls, hasHidden } from "./safe-text.ts";

/** A user as named in a command. */
export interface NamedUser {
  /** Absolute; undefined if no user of that name is known. Store this, never the name. */
  readonly id: string | undefined;
  /** As the network shows it, else as typed (without a leading `@`). */
  readonly displayName: string;
}

export const textReader: Reader<string> = {
  takes: "",
  placeholder: "TEXT",
  read: (typed) => ({ value: typed }),
};

/** Choices listed in one line; the full help lists all. */
const MAX_LISTED_CHOICES = 12;

/** Case-insensitive; the value is as declared. Throws `bad_option`. */
export function choiceReader<const T extends string>(choices: readonly T[]): Reader<T> {
  const words: readonly T[] = choices;
  const names = new NameIndex();
  const byName = new Map<string, T>();
  if (!Array.isArray(choices) || choices.length === 0) {
    throw new SeabirdError("bad_option", "choice needs at least one word to choose from");
  }
  for (const choice of words) {
    if (typeof choice !== "string" || choice === "" || hasControls(choice)) {
      throw new SeabirdError(
        "bad_option",
        `a choice is ${JSON.stringify(choice)}, not a plain word`,
      );
    }
    if (names.same(choice).length > 0)
      throw new SeabirdError("bad_option", `the choice "${choice}" is there twice`);
    names.add(choice);
    byName.set(choice, choice);
  }
  const listed = choices.slice(0, MAX_LISTED_CHOICES).join(", ");
  const takes =
    choices.length === 1
      ? listed
      : `one of ${listed}${choices.length > MAX_LISTED_CHOICES ? ", …" : ""}`;
  return {
    takes: choices.length === 1 ? listed : `one of ${choices.join(", ")}`,
    placeholder: choices.length <= 4 ? choices.join("|") : "CHOICE",
    pure: true,
    read(typed): Reading<T> {
      const value = byName.get(names.find(typed) ?? "");
      if (value !== undefined) return { value };
      const near = nearest(typed, choices);
      return { wrong: `is not ${takes}${near === undefined ? "" : `; did you mean ${near}?`}` };
    },
  };
}

/** Handlers often repeat the name, so it must not contain hidden characters. */
const SEVERAL = { wrong: "is the name of several people; mention them, or give an id" } as const;
const NOBODY = { wrong: "is not a person's name" } as const;

export const userReader: Reader<NamedUser> = {
  takes: "a person's name",
  placeholder: "NAME",
  async read(typed, at) {
    const text = [typed, typed.slice(0, -1)].find((each) => at.mentions?.has(each));
    if (text !== undefined) {
      const person = at.mentions?.get(text);
      if (person === undefined) return SEVERAL;
      if (!isSameNetwork(person.id, at)) return { wrong: "is on another network" };
      if (hasHidden(person.displayName)) return NOBODY;
      return { value: { id: normalId(person.id), displayName: person.displayName } };
    }
    const id = parseId(typed);
    if (id !== undefined) {
      if (!isSameNetwork(typed, at)) return { wrong: "is on another network" };
      if (hasControls(id.relative)) return NOBODY;
      return { value: { id: absoluteId(id, id.relative), displayName: id.relative } };
    }
    const name = bareName(typed);
    if (name === "" || name.length > MAX_NAME_CHARACTERS) return NOBODY;
    if (isSelf(name, at.user)) return { value: { ...at.user } };
    const found = await at.findUser?.(name);
    if (found === "several") return SEVERAL;
    if (found === undefined && hasHidden(name)) return NOBODY;
    return { value: found ?? { id: undefined, displayName: name } };
  },
};

export const channelReader: Reader<string> = {
  takes: "a channel",
  placeholder: "CHANNEL",
  async read(given, at) {
    const typed = given.normalize("NFC").replace(/^＃/, "#");
    if (typed === "" || typed.length > MAX_NAME_CHARACTERS || hasControls(typed)) {
      return { wrong: "is not a channel" };
    }
    const id = parseId(typed);
    if (id !== undefined) {
      if (!isSameNetwork(typed, at)) return { wrong: "is on another network" };
      return { value: absoluteId(id, id.relative) };
    }
    const found = await at.findChannel?.(typed);
    if (found !== undefined) return { value: found };
    const here = networkOf(at);
    if (here === undefined) return { wrong: "is not a channel" };
    return { value: absoluteId(here, typed) };
  },
};

export const channelIdReader: Reader<string> = {
  takes: "a channel's id",
  placeholder: "CHANNEL-ID",
  read(typed) {
    const id = typed.length > MAX_NAME_CHARACTERS ? undefined : normalChannelId(typed);
    if (id !== undefined && !hasControls(parseId(id)?.relative ?? "")) return { value: id };
    return { wrong: "is not a channel's id, such as irc://libera/#games" };
  },
};

/** Accepts what a Standard Schema accepts, sync or async. */
export function schemaReader<T>(
  schema: StandardSchemaV1<unknown, T>,
  hint: string | undefined,
): Reader<T> {
  const standard = schema?.["~standard"];
  if (typeof standard?.validate !== "function") {
    throw new SeabirdError(
      "bad_option",
      "arg.schema takes a Standard Schema, as of zod or valibot",
    );
  }
  return {
    takes: hint ?? "",
    placeholder: "VALUE",
    async read(typed) {
      const result = await standard.validate(typed);
      if (result.issues === undefined) return { value: result.value };
      if (hint !== undefined) return { wrong: `does not fit (${hint})` };
      return { wrong: `does not fit${validatorMessage(result.issues[0]?.message, typed)}` };
    },
  };
}

/** Longer input is not a name of a user or channel. */
const MAX_NAME_CHARACTERS = 1_000;
const MAX_MESSAGE_CHARACTERS = 120;

/** The validator's message, unless it repeats too much of the input. */
function validatorMessage(message: string | undefined, typed: string): string {
  if (typeof message !== "string" || message === "" || hasHidden(message)) return "";
  if (message.length > MAX_MESSAGE_CHARACTERS) return "";
  if (
    typed.length > MAX_SHOWN_CHARACTERS &&
    message.includes(typed.slice(0, MAX_SHOWN_CHARACTERS))
  ) {
    return "";
  }
  return `: ${message}`;
}

/** `@ann`, `ann:` and `ann,` are ann. */
function bareName(typed: string): string {
  const from = typed.startsWith("@") ? 1 : 0;
  const last = typed.at(-1);
  const to = typed.length - (last === ":" || last === "," ? 1 : 0);
  return typed.slice(from, Math.max(from, to));
}

function isSelf(name: string, user: Person): boolean {
  if (user.id === "") return false;
  return foldCase(name) === foldCase(user.displayName);
}

function networkOf({ channelId, user }: ReadContext) {
  return parseId(channelId ?? "") ?? parseId(user.id);
}

function isSameNetwork(typed: string, at: ReadContext): boolean {
  const there = parseId(typed);
  const here = networkOf(at);
  return there !== undefined && there.type === here?.type && there.id === here.id;
}
