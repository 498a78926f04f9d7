/** The names of a plugin's commands: main names, aliases, and sub-commands by their first word. */

import { SeabirdError } from "../link/errors.ts";
import { MAX_COMMAND_NAMES } from "./command-limits.ts";
import type { DeclaredCommand } from "./declared-command.ts";
import { NameIndex } from "./name-index.ts";
import { foldCase } from "./normalise.ts";
import { firstWord } from "./words.ts";

/** A command under one of its names. */
export interface Named<H> {
  readonly command: DeclaredCommand;
  readonly handler: H;
  readonly isAlias: boolean;
}

/** The commands that share a first word. */
export interface Root<H> {
  own: Named<H> | undefined;
  readonly subs: Map<string, Named<H>>;
  readonly subNames: NameIndex;
}

export class CommandNames<H> {
  readonly #roots = new Map<string, Root<H>>();
  readonly #words = new NameIndex();

  /** All names or none. Throws a SeabirdError `bad_option` for one that is taken. */
  add(command: DeclaredCommand, handler: H): void {
    const names = [command.name, ...command.aliases];
    names.forEach((name, index) => {
      const isRepeated = names.slice(0, index).some((each) => foldCase(each) === foldCase(name));
      const other = isRepeated ? command : this.#find(name)?.command;
      if (other === undefined) return;
      const what = index === 0 ? "its name" : `its alias ${JSON.stringify(name)}`;
      this.#refuse(command, `${what} is taken by command ${JSON.stringify(other.name)}`);
    });
    const roots = new Set([...this.#roots.keys(), ...names.map((name) => firstWord(name).word)]);
    if (roots.size > MAX_COMMAND_NAMES)
      this.#refuse(command, `one plugin has at most ${MAX_COMMAND_NAMES} names`);
    for (const name of names) this.#set(name, { command, handler, isAlias: name !== command.name });
  }

  root(word: string): Root<H> | undefined {
    return this.#roots.get(word);
  }

  /** The first word as declared, of one as typed. */
  wordOf(typed: string): string | undefined {
    return this.#words.findInSentence(typed);
  }

  roots(): IterableIterator<[string, Root<H>]> {
    return this.#roots.entries();
  }

  /** Removes it from the aliases of its commands too, so that no help lists it. */
  remove(word: string): void {
    const root = this.#roots.get(word);
    this.#roots.delete(word);
    this.#words.delete(word);
    for (const { command } of root === undefined ? [] : allOf(root)) {
      command.aliases = command.aliases.filter((alias) => firstWord(alias).word !== word);
    }
  }

  /** A command whose name is the same but for the case. */
  #find(name: string): Named<H> | undefined {
    const { word, rest } = firstWord(name);
    for (const same of this.#words.same(word)) {
      const root = this.#roots.get(same);
      const [sub = ""] = root?.subNames.same(rest) ?? [];
      const found = rest === "" ? root?.own : root?.subs.get(sub);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #set(name: string, named: Named<H>): void {
    const { word: typed, rest } = firstWord(name);
    const [word = typed] = this.#words.same(typed);
    const root = this.#roots.get(word) ?? {
      own: undefined,
      subs: new Map(),
      subNames: new NameIndex(),
    };
    if (rest === "") root.own = named;
    else {
      root.subs.set(rest, named);
      root.subNames.add(rest);
    }
    this.#roots.set(word, root);
    this.#words.add(word);
  }

  #refuse({ name }: DeclaredCommand, what: string): never {
    throw new SeabirdError("bad_option", `command ${JSON.stringify(name)}: ${what}`);
  }
}

/** Every command of a first word; the one without a sub-command name first. */
export function allOf<H>({ own, subs }: Root<H>): Named<H>[] {
  return own === undefined ? [...subs.values()] : [own, ...subs.values()];
}
