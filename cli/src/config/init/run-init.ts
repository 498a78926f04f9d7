/** What `seabird init` does: asks or takes options, tries the connection, writes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../../process/cli-error.ts";
import { type Output, styleError } from "../../terminal/output.ts";
import { mayAsk } from "../../terminal/prompts.ts";
import { describer } from "../describe-component.ts";
import { writeSchema } from "../project-schema-file.ts";
import { PROJECT_FILE } from "../project-sources.ts";
import {
  completeIrcUrl,
  DEFAULT_NICK,
  type InitAnswers,
  type IrcAnswers,
  idOf,
  OUR_PLUGINS,
  PROBLEMS,
  parseIrcUrl,
} from "./answers.ts";
import { askAfterFailure, askForIrc, askForNick, askForProject, type Given } from "./ask-init.ts";
import { tryIrc, type Welcome } from "./irc-trial.ts";
import { IrcTrialError } from "./irc-trial-words.ts";
import { refuseToOverwrite, type Written, writeProject } from "./write-project.ts";

export interface InitOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  /** `--no-test`: false. */
  readonly test: boolean;
  /** False: `--no-irc`. */
  readonly irc?: string | false;
  readonly id?: string;
  readonly nick?: string;
  readonly channel: readonly string[];
  readonly saslAccount?: string;
  readonly saslPasswordFile?: string;
  readonly passwordFile?: string;
  readonly plugin?: readonly string[];
}

const NEXT = "npx seabird up";

export async function init(options: InitOptions, output: Output): Promise<void> {
  const folder = process.cwd();
  if (options.force !== true) refuseToOverwrite(folder, [PROJECT_FILE]);
  const given = checked(options);
  const asks = options.yes !== true;
  if (asks && !mayAsk()) {
    const next =
      "add --yes; with --irc URL --channel NAME it connects IRC, `seabird init --help` has the rest";
    throw new CliError(EXIT.usage, "init asks questions, and nobody is there to answer", next);
  }
  const { answers, welcome } = asks
    ? await withPerson(given, options)
    : await withoutPerson(given, options, output);
  const written = writeProject(folder, answers, options.force === true);
  const { missing } = await writeSchema(join(folder, PROJECT_FILE), describer(folder));
  for (const each of missing) output.remark(`left out of the schema: ${each}`);
  const document = { ...written, ...(welcome === undefined ? {} : { irc: welcome }), next: NEXT };
  output.result(document, () => report(written, output));
}

interface Found {
  readonly answers: InitAnswers;
  /** Undefined: there is no network, or it was not tried. */
  readonly welcome: Welcome | undefined;
}

async function withPerson(given: Given, options: InitOptions): Promise<Found> {
  const { irc: first, plugins } = await askForProject(given);
  let irc = first;
  for (;;) {
    const answers = { irc, plugins };
    if (irc === undefined || !options.test) return { answers, welcome: undefined };
    process.stderr.write(`${tryingWords(irc)}\n`);
    const outcome = await tried(irc);
    if (!(outcome instanceof IrcTrialError)) {
      process.stderr.write(`${welcomeWords(outcome)}\n`);
      return { answers, welcome: outcome };
    }
    const what = await askAfterFailure(outcome);
    if (what === "anyway") return { answers, welcome: undefined };
    if (what === "nick") irc = { ...irc, nick: await askForNick(irc.nick) };
    // What the options said may be what was wrong.
    if (what === "change") irc = await askForIrc({ ...UNKNOWN, password: given.password }, irc);
  }
}

async function withoutPerson(given: Given, options: InitOptions, output: Output): Promise<Found> {
  const answers = answersOf(given);
  if (answers.irc === undefined || !options.test) return { answers, welcome: undefined };
  if (!output.json) output.remark(tryingWords(answers.irc));
  const outcome = await tried(answers.irc);
  if (!(outcome instanceof IrcTrialError)) {
    if (!output.json) output.remark(welcomeWords(outcome));
    return { answers, welcome: outcome };
  }
  const next = "nothing was written; mend it, or add --no-test to write it untried";
  throw new CliError(EXIT.unreachable, outcome.message, next);
}

async function tried(irc: IrcAnswers): Promise<Welcome | IrcTrialError> {
  try {
    return await tryIrc(irc);
  } catch (error) {
    if (error instanceof IrcTrialError) return error;
    throw error;
  }
}

function tryingWords({ url, nick }: IrcAnswers): string {
  const { host = "", port } = parseIrcUrl(url) ?? {};
  return styleError("dim", `Trying ${host}:${port} as ${nick}…`);
}

function welcomeWords({ nick, server, sasl }: Welcome): string {
  const account = {
    "logged in": ", logged in to its account",
    "not asked": "",
  };
  return `${styleError("green", "✔")} ${server} welcomes ${nick}${account[sasl]}.`;
}

const UNKNOWN: Given = {
  irc: undefined,
  id: undefined,
  nick: undefined,
  channels: [],
  account: undefined,
  saslPassword: undefined,
  password: undefined,
  plugins: undefined,
};

/** Options that cannot work are refused before anything is asked. */
function checked(options: InitOptions): Given {
  const { irc, id, nick, channel, saslAccount, saslPasswordFile, passwordFile, plugin } = options;
  refuse("--irc", irc || undefined, PROBLEMS.url);
  refuse("--id", id, PROBLEMS.id);
  refuse("--nick", nick, PROBLEMS.nick);
  for (const name of channel) refuse("--channel", name, PROBLEMS.channel);
  refuse("--sasl-account", saslAccount, PROBLEMS.account);
  for (const name of plugin ?? []) {
    refuse("--plugin", name, (text) =>
      OUR_PLUGINS.includes(text) ? undefined : `one of ${OUR_PLUGINS.join(", ")}`,
    );
  }
  return {
    irc,
    id,
    nick,
    channels: channel,
    account: saslAccount,
    saslPassword: readSecret("--sasl-password-file", saslPasswordFile),
    password: readSecret("--password-file", passwordFile),
    plugins: plugin,
  };
}

function refuse(
  option: string,
  value: string | undefined,
  problem: (text: string) => string | undefined,
): void {
  const wanted = value === undefined ? undefined : problem(value);
  if (wanted === undefined) return;
  throw new CliError(EXIT.usage, `${option} is ${JSON.stringify(value)}; give ${wanted}`);
}

/** `-` is standard input. */
function readSecret(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new CliError(EXIT.usage, `${option}: cannot read ${path}: ${fileErrorReason(error)}`);
  }
  const wanted = PROBLEMS.secret(text);
  if (wanted === undefined) return text;
  throw new CliError(EXIT.usage, `${option}: ${path} has to hold ${wanted}`);
}

function answersOf(given: Given): InitAnswers {
  const plugins = given.plugins ?? OUR_PLUGINS;
  if (!given.irc) return { irc: undefined, plugins };
  const url = completeIrcUrl(given.irc);
  const { account, saslPassword } = given;
  if ((account === undefined) !== (saslPassword === undefined)) {
    throw new CliError(EXIT.usage, "--sasl-account and --sasl-password-file go together");
  }
  const irc: IrcAnswers = {
    id: given.id ?? idOf(parseIrcUrl(url)?.host ?? ""),
    url,
    nick: given.nick ?? DEFAULT_NICK,
    channels: given.channels,
    sasl:
      account === undefined || saslPassword === undefined
        ? undefined
        : { account, password: saslPassword },
    password: given.password,
  };
  return { irc, plugins };
}

function report({ file, secrets, ignored }: Written, output: Output): void {
  output.line(`Wrote ${[file, ...secrets].join(", ")}.`);
  if (ignored.length > 0) output.line(`Added ${ignored.join(" and ")} to .gitignore.`);
  output.line(`Next: ${output.style("bold", NEXT)}`);
}
