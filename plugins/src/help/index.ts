/** `help`: which commands there are, and what one of them does. */
import { type CommandMetadata, type Content, inlineCode, text } from "@seabird/protocol";
import type { CommandCall, Plugin } from "../plugin.ts";

export const help: Plugin = {
  name: "help",
  commands: {
    help: {
      shortHelp: "lists the commands, or tells about one",
      fullHelp: "help [command]",
      run: answer,
    },
  },
};

type Commands = Readonly<Record<string, CommandMetadata>>;

async function answer({ arg, core }: CommandCall): Promise<Content> {
  const commands = await core.registeredCommands();
  const [asked = ""] = arg.split(/\s+/);
  return asked === "" ? overview(commands) : details(asked, commands);
}

/** All names, sorted. */
export function overview(commands: Commands): Content {
  const names = Object.keys(commands).sort();
  const list = names.flatMap((name, index) => [index === 0 ? "" : ", ", inlineCode(name)]);
  return text`Commands: ${list}. For more: ${inlineCode("help <command>")}`;
}

/** Short and full help of one command, found with or without a prefix such as `!`. */
export function details(asked: string, commands: Commands): Content {
  const name = find(asked, commands);
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || command === undefined) {
    return text`there is no command ${inlineCode(asked)}; ${inlineCode("help")} lists them all`;
  }
  const told = [command.shortHelp, command.fullHelp].map((part) => part.trim());
  const parts = told.filter((part, index) => part !== "" && told.indexOf(part) === index);
  if (parts.length === 0) return text`${inlineCode(name)} says nothing about itself`;
  return text`${inlineCode(name)}: ${parts.join(" – ")}`;
}

/** As asked first, for names may begin with anything; then without what is no letter or digit. */
function find(asked: string, commands: Commands): string | undefined {
  const bare = asked.replace(/^[^\p{L}\p{N}]+/u, "");
  return [asked, bare, bare.toLowerCase()].find((name) => Object.hasOwn(commands, name));
}
