/** The commands that do something on a chat network: send, action, join, leave, topic. */

import { EXIT, readStandardInput, StandardInputError } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { lastSegment } from "../client/event-line.ts";
import { CliError } from "../process/cli-error.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, contextOf, withConnection } from "./context.ts";
import { collectChannels } from "./lists.ts";

interface SendOptions {
  readonly private?: boolean;
  readonly tag: Record<string, string>;
}

type Speech = "send" | "action";

export function addActions(program: Command): void {
  addSpeech(program, "send", "send a message to a channel, or to a person with --private");
  addSpeech(program, "action", "perform an action, like /me");
  withConnection(program.command("join"))
    .description("join a channel")
    .argument("<backend>", "the backend's id, as irc://seabird")
    .argument("<name>", "the channel's name on its network, as #seabird")
    .action((backendId: string, channelName: string, _options, command: Command) =>
      perform(contextOf(command), `joined ${channelName}`, ({ seabird }) =>
        seabird.joinChannel({ backendId, channelName }),
      ),
    );
  withConnection(program.command("leave"))
    .description("leave a channel")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[message...]", "a parting message")
    .action((channelId: string, message: string[], _options, command: Command) =>
      perform(contextOf(command), `left ${channelId}`, ({ seabird }) =>
        seabird.leaveChannel({ channelId, exitMessage: message.join(" ") }),
      ),
    );
  addTopic(program);
}

function addSpeech(program: Command, name: Speech, description: string): void {
  withConnection(program.command(name))
    .description(description)
    .argument("<target>", "the channel's id, as `seabird channels` shows it; or a person's id")
    .argument("[text...]", "the text; without it, or as -, standard input is read")
    .option("--private", "the target is a person")
    .option("--tag <name=value>", "a tag to go with it; repeatable", addTag, {})
    .action(async (target: string, words: string[], options: SendOptions, command: Command) => {
      const text = await readText(words);
      if (options.private !== true) await refuseBareName(contextOf(command), target);
      await perform(contextOf(command), "sent", ({ seabird }) => {
        const message = { text, tags: options.tag };
        const toPerson = { ...message, userId: target };
        const toChannel = { ...message, channelId: target };
        if (name === "send") {
          return options.private
            ? seabird.sendPrivateMessage(toPerson)
            : seabird.sendMessage(toChannel);
        }
        return options.private
          ? seabird.performPrivateAction(toPerson)
          : seabird.performAction(toChannel);
      });
    });
}

/** Ids in a hint; `seabird channels` lists them all. */
const MAX_HINTED_IDS = 5;

/** A channel's name alone may be that of several: throws a CliError with the ids there are. */
async function refuseBareName({ ask }: Context, target: string): Promise<void> {
  if (target.includes("://")) return;
  const channels = await ask((clients) => collectChannels(clients));
  const named = channels.filter(({ id }) => lastSegment(id) === target);
  const ids = (named.length > 0 ? named : channels).slice(0, MAX_HINTED_IDS).map(({ id }) => id);
  const next =
    ids.length > 0
      ? `use an id: ${ids.map((id) => safeText(`'${id}'`)).join(", ")}; \`seabird channels\` lists all`
      : "no channel is joined; `seabird channels` lists them";
  throw new CliError(EXIT.usage, `${JSON.stringify(target)} is no channel's id`, next);
}

function addTopic(program: Command): void {
  withConnection(program.command("topic"))
    .description("show a channel's topic, or set it")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[topic...]", "the new topic")
    .option("--clear", "set an empty topic")
    .action(
      (channelId: string, words: string[], options: { clear?: boolean }, command: Command) => {
        const context = contextOf(command);
        if (words.length === 0 && options.clear !== true) return showTopic(context, channelId);
        return perform(context, "topic set", ({ seabird }) =>
          seabird.updateChannelInfo({ channelId, topic: words.join(" ") }),
        );
      },
    );
}

async function showTopic({ output, ask }: Context, channelId: string): Promise<void> {
  const { channel } = await ask(({ seabird }) => seabird.getChannelInfo({ channelId }));
  const plain = {
    id: channel?.id ?? channelId,
    name: channel?.displayName ?? "",
    topic: channel?.topic ?? "",
  };
  output.result(plain, () =>
    output.pairs([
      ["channel", plain.id],
      ["name", plain.name],
      ["topic", plain.topic],
    ]),
  );
}

async function perform(
  { output, ask }: Context,
  done: string,
  work: Parameters<Context["ask"]>[0],
): Promise<void> {
  await ask(work);
  output.result({ ok: true }, () => output.remark(done));
}

function addTag(text: string, tags: Record<string, string>): Record<string, string> {
  const at = text.indexOf("=");
  if (at > 0) return { ...tags, [text.slice(0, at)]: text.slice(at + 1) };
  throw new CliError(
    EXIT.usage,
    `--tag ${JSON.stringify(text)} has no value`,
    "give it as name=value",
  );
}

/** Text on standard input; core takes less. Of a longer one nothing is sent. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** From the arguments, or from standard input. Throws a CliError if there is no text, or too much. */
async function readText(words: readonly string[]): Promise<string> {
  const fromArguments = words.join(" ");
  if (fromArguments !== "" && fromArguments !== "-") return fromArguments;
  const next = "give it as arguments, or pipe it in";
  if (process.stdin.isTTY && fromArguments === "") throw new CliError(EXIT.usage, "no text", next);
  const text = await readStandardInput(MAX_TEXT_BYTES).catch((error: unknown) => {
    if (error instanceof StandardInputError) throw new CliError(EXIT.usage, error.message);
    throw error;
  });
  if (text !== "") return text;
  throw new CliError(EXIT.usage, "no text on standard input", next);
}
