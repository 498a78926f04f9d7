/** `help`: which commands there are, and what one of them does. */
import type { CommandMetadata } from "@seabird-chat/protocol";
import { arg, type Content, inlineCode, nearest, plugin, text } from "@seabird-chat/sdk";
import { replyRefusal } from "../reply-refusal.ts";
import { settings } from "./settings.ts";

export const help = plugin("help", { config: settings });

help.command(
  "help",
  {
    help: "lists the commands, or explains one",
    examples: ["ping"],
    args: { command: arg.rest().optional() },
  },
  async (ctx, { command = "" }) => {
    const commands = await ctx.core.registeredCommands();
    const [asked = ""] = command.split(/\s+/);
    await ctx.mentionReply(asked === "" ? overview(commands) : details(asked, commands));
  },
);

help.on("command", async (ctx) => {
  if (!ctx.config.suggest) return;
  const commands = await ctx.core.registeredCommands();
  if (Object.hasOwn(commands, ctx.command)) return;
  const meant = nearest(ctx.command, Object.keys(commands));
  if (meant !== undefined) await ctx.mentionReply(text`did you mean ${inlineCode(meant)}?`);
});

help.catch(replyRefusal);

type Commands = Readonly<Record<string, Pick<CommandMetadata, "shortHelp" | "fullHelp">>>;

const MAX_SHOWN_CHARACTERS = 64;

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
  if (name === undefined || command === undefined) return unknown(asked, commands);
  const texts = [command.shortHelp, command.fullHelp].map((part) => part.trim());
  const parts = texts.filter((part, index) => part !== "" && texts.indexOf(part) === index);
  if (parts.length === 0) return text`${inlineCode(name)} says nothing about itself`;
  return text`${inlineCode(name)}: ${parts.join(" – ")}`;
}

function unknown(asked: string, commands: Commands): Content {
  const meant = nearest(bare(asked), Object.keys(commands));
  const hint =
    meant === undefined
      ? text`${inlineCode("help")} lists them all`
      : text`did you mean ${inlineCode(meant)}?`;
  const problem = isNameLike(asked)
    ? text`there is no command ${inlineCode(asked)}`
    : "no such command";
  return text`${problem}; ${hint}`;
}

/** A name is repeated only if it is short and has no hidden characters. */
function isNameLike(asked: string): boolean {
  return asked.length <= MAX_SHOWN_CHARACTERS && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(asked);
}

/** As typed first, since names may begin with anything; then without leading punctuation. */
function find(asked: string, commands: Commands): string | undefined {
  const name = bare(asked);
  return [asked, name, name.toLowerCase()].find((each) => Object.hasOwn(commands, each));
}

function bare(asked: string): string {
  return asked.replace(/^[^\p{L}\p{N}]+/u, "");
}
