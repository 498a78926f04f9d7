/** `help`: which commands there are, and what one of them does. */
import type { CommandMetadata } from "@seabird-chat/protocol";
import { arg, type Content, findName, inlineCode, nearest, plugin, text } from "@seabird-chat/sdk";
import { replyRefusal } from "../reply-refusal.ts";
import { settings } from "./settings.ts";

export const help = plugin("help", { config: settings });

help.command(
  "help",
  {
    help: "lists the commands, or explains one",
    examples: ["ping", "game start"],
    args: { command: arg.rest().optional() },
  },
  async (ctx, { command = "" }) => {
    const commands = await ctx.core.registeredCommands();
    const [asked = "", sub] = command.split(/\s+/);
    await ctx.mentionReply(asked === "" ? overview(commands) : details(asked, commands, sub));
  },
);

help.on("command", async (ctx) => {
  if (!ctx.config.suggest) return;
  const commands = await ctx.core.registeredCommands();
  if (findName(ctx.command, Object.keys(commands)) !== undefined) return;
  const meant = nearest(ctx.command, Object.keys(commands));
  if (meant !== undefined) await ctx.mentionReply(text`did you mean ${inlineCode(meant)}?`);
});

help.catch(replyRefusal);

type Help = Pick<CommandMetadata, "shortHelp" | "fullHelp">;
type Commands = Readonly<Record<string, Help>>;

const MAX_SHOWN_CHARACTERS = 64;

/** All names, sorted. */
export function overview(commands: Commands): Content {
  const names = Object.keys(commands).sort();
  const list = names.flatMap((name, index) => [index === 0 ? "" : ", ", inlineCode(name)]);
  return text`Commands: ${list}. For more: ${inlineCode("help <command>")}`;
}

/**
 * Short and full help of one command, found with or without a prefix such as `!`. Of a command with
 * sub-commands, which ones there are, or the help of the one that is asked for.
 */
export function details(asked: string, commands: Commands, sub?: string): Content {
  const name = find(asked, Object.keys(commands));
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || command === undefined) return unknown(asked, commands);
  const subs = subHelps(name, command);
  if (subs.size > 0) return subDetails(name, command.shortHelp, subs, sub);
  const texts = [command.shortHelp, command.fullHelp].map((part) => part.trim());
  const parts = texts.filter((part, index) => part !== "" && texts.indexOf(part) === index);
  if (parts.length === 0) return text`${inlineCode(name)} says nothing about itself`;
  return text`${inlineCode(name)}: ${parts.join(" – ")}`;
}

/** The help of each sub-command; none if the full help has one usage, as of a single command. */
function subHelps(name: string, { shortHelp, fullHelp }: Help): ReadonlyMap<string, string> {
  const lines = fullHelp.split("\n");
  const starts = lines.flatMap((line, at) =>
    at > 0 && line.startsWith(`Usage: ${name}`) ? [at - 1] : [],
  );
  if (starts.length < 2 && !shortHelp.startsWith(`${name} `)) return new Map();
  const rows = starts.map((start, index) => {
    const [, , sub = ""] = (lines[start + 1] ?? "").split(" ");
    return [sub, lines.slice(start, starts[index + 1]).join("\n")] as const;
  });
  return new Map(rows.filter(([sub, help]) => sub !== "" && !help.startsWith(`${shortHelp}\n`)));
}

function subDetails(
  name: string,
  shortHelp: string,
  subs: ReadonlyMap<string, string>,
  asked: string | undefined,
): Content {
  const found = asked === undefined ? undefined : find(asked, subs.keys());
  if (found !== undefined) return text`${inlineCode(`${name} ${found}`)}: ${subs.get(found) ?? ""}`;
  const all = [...subs.keys()].join("|");
  const listed = `${name} ${all}`;
  const what = shortHelp.startsWith(`${name} `) ? "" : `${shortHelp} – `;
  const more = text`${what}${inlineCode(listed)}. For more: ${inlineCode(`help ${name} <command>`)}`;
  if (asked === undefined) return text`${inlineCode(name)}: ${more}`;
  const meant = nearest(asked, subs.keys());
  if (meant !== undefined) return text`did you mean ${inlineCode(`help ${name} ${meant}`)}?`;
  return text`${inlineCode(name)}: ${more}`;
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

/** As typed first, since names may begin with anything; then without punctuation around it. */
function find(asked: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  const first = [
    asked,
    bare(asked),
    bare(asked).replace(/(?<![^\p{L}\p{N}\p{M}])[^\p{L}\p{N}\p{M}]+$/u, ""),
  ];
  return first.map((each) => findName(each, known)).find((name) => name !== undefined);
}

function bare(asked: string): string {
  return asked.replace(/^[^\p{L}\p{N}]+/u, "");
}
