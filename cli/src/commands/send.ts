/** `seabird send` and `seabird action`: a message or an action, to a channel or a person. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Block, SendMessageRequestSchema, SendOptionsSchema } from "@seabird-chat/protocol";
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import type { Clients } from "../client/clients.ts";
import { requireMedia, requireMessages } from "../client/require-extension.ts";
import { CliError } from "../process/cli-error.ts";
import { type Attached, attached, type LocalFile } from "./attached.ts";
import { checkChannelId, checkMessageId, checkNotEmpty, checkUserId } from "./check-ids.ts";
import { type Context, collect, contextOf } from "./context.ts";
import { readText, type TagOptions, withText } from "./message-text.ts";
import { showSent } from "./sent.ts";
import { type TargetOptions, untrackedHint, withTarget } from "./target.ts";

interface SendCommandOptions extends TargetOptions, TagOptions {
  readonly replyTo?: string;
  readonly quote?: string;
  readonly attach: readonly string[];
  readonly persona?: string;
}

type Content = Pick<
  MessageInitShape<typeof SendMessageRequestSchema>,
  "text" | "rootBlock" | "tags" | "options"
>;

const QUOTE_IT = "Next time --quote TEXT shows what it answers.";

export function addSend(program: Command): void {
  addSpeech(program, "send", "send a message to a channel, or to a person with --private");
  addSpeech(program, "action", "perform an action, like /me");
}

function addSpeech(program: Command, name: "send" | "action", description: string): void {
  withText(withTarget(program.command(name)))
    .description(`${description}; prints the ids of its messages, if the network gives any`)
    .option("--reply-to <id>", "the id of the message to answer, as `seabird tail --ids` shows it")
    .option(
      "--quote <text>",
      "what that message said: a network without replies shows it as a quote in front, and " +
        "without this option nothing",
    )
    .option(
      "--attach <file>",
      "a file of this machine, or the address of one that anybody may open; repeatable",
      collect,
      [],
    )
    .option("--persona <name>", "another name to send under (scope persona)")
    .action(
      async (target: string, words: string[], options: SendCommandOptions, command: Command) => {
        const context = contextOf(command);
        checkOptions(options);
        if (options.private === true) checkUserId(target);
        else await checkChannelId(context, target);
        const said = await readContent(words, options);
        const { result } = await context.ask(
          async (clients) => {
            const { seabird } = clients;
            const needs = extensionOptions(options);
            if (needs.length > 0) await requireMessages(clients, `leave out ${needs.join(", ")}`);
            const content = await toContent(said, options, (files) =>
              upload(files, context, clients),
            );
            const toPerson = { ...content, userId: target };
            const toChannel = { ...content, channelId: target };
            if (name === "send") {
              return options.private
                ? seabird.sendPrivateMessage(toPerson)
                : seabird.sendMessage(toChannel);
            }
            return options.private
              ? seabird.performPrivateAction(toPerson)
              : seabird.performAction(toChannel);
          },
          untrackedHint(target, options),
        );
        const canQuote = name === "send" && options.quote === undefined;
        showSent(context.output, "sent", result, canQuote ? QUOTE_IT : undefined);
      },
    );
}

/** What an older core would leave out without a word. */
function extensionOptions({ replyTo, attach, persona }: SendCommandOptions): readonly string[] {
  return [
    ...(replyTo === undefined ? [] : ["--reply-to"]),
    ...(attach.length === 0 ? [] : ["--attach"]),
    ...(persona === undefined ? [] : ["--persona"]),
  ];
}

function checkOptions({ replyTo, quote, persona }: SendCommandOptions): void {
  if (replyTo !== undefined) checkMessageId(replyTo, "--reply-to");
  checkNotEmpty(persona, "--persona", "give the name to send under, or leave it out");
  if (quote === undefined || replyTo !== undefined) return;
  const next = "give the id of the message that says it with --reply-to";
  throw new CliError(EXIT.usage, "--quote without --reply-to", next);
}

interface MessageContent {
  /** Empty: nothing but files. */
  readonly text: string;
  readonly files: readonly Attached[];
}

/** What can be wrong without core. */
async function readContent(
  words: readonly string[],
  { attach }: SendCommandOptions,
): Promise<MessageContent> {
  const files = await Promise.all(attach.map(attached));
  // A file needs no text beside it.
  const isFileAlone = files.length > 0 && words.length === 0;
  return { text: isFileAlone ? "" : await readText(words), files };
}

type Upload = (files: readonly LocalFile[]) => Promise<ReadonlyMap<Attached, Block>>;

async function upload(
  files: readonly LocalFile[],
  { output, settings }: Context,
  clients: Clients,
): ReturnType<Upload> {
  if (files.length === 0) return new Map();
  await requireMedia(clients);
  const { uploadFiles } = await import("../client/upload-files.ts");
  return await uploadFiles(files, settings(), process.stderr.isTTY && !output.json);
}

async function toContent(
  { text, files }: MessageContent,
  { tag, replyTo, quote = "", persona }: SendCommandOptions,
  upload: Upload,
): Promise<Content> {
  const options: MessageInitShape<typeof SendOptionsSchema> = {
    ...(replyTo !== undefined && { replyTo: { messageId: replyTo, text: quote } }),
    ...(persona !== undefined && { persona: { displayName: persona } }),
  };
  const common = { tags: tag, ...(Object.keys(options).length > 0 && { options }) };
  if (files.length === 0) return { ...common, text };
  const uploaded = await upload(files.filter((file) => "path" in file));
  const { attachment, container } = await import("@seabird-chat/protocol");
  const shown = files.map((file) => uploaded.get(file) ?? attachment(file));
  const blocks = [...(text === "" ? [] : [text]), ...shown];
  const spaced = blocks.flatMap((block, index) => (index === 0 ? [block] : [" ", block]));
  return { ...common, rootBlock: container(spaced) };
}
