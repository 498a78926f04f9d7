/** The questions of `seabird init`; what was given by options is not asked. All go to stderr. */
import { answer, cancelled, clack } from "../../terminal/prompts.ts";
import {
  completeIrcUrl,
  DEFAULT_NICK,
  type InitAnswers,
  type IrcAnswers,
  idOf,
  OUR_PLUGINS,
  PROBLEMS,
  parseIrcUrl,
  type SaslAnswers,
  splitChannels,
} from "./answers.ts";
import type { IrcTrialError } from "./irc-trial-words.ts";

const output = process.stderr;

/** What options said. */
export interface Given {
  /** False: `--no-irc`. */
  readonly irc: string | false | undefined;
  readonly id: string | undefined;
  readonly nick: string | undefined;
  readonly channels: readonly string[];
  readonly account: string | undefined;
  readonly saslPassword: string | undefined;
  readonly password: string | undefined;
  readonly plugins: readonly string[] | undefined;
}

export async function askForProject(given: Given): Promise<InitAnswers> {
  const irc = given.irc !== false && (given.irc !== undefined || (await wantsIrc()));
  return {
    irc: irc ? await askForIrc(given) : undefined,
    plugins: given.plugins ?? (await askForPlugins()),
  };
}

async function wantsIrc(): Promise<boolean> {
  const { confirm } = await clack();
  return await answer(confirm({ message: "Connect an IRC network?", output }));
}

/** `before`: what was answered the last time, to begin from. */
export async function askForIrc(given: Given, before?: IrcAnswers): Promise<IrcAnswers> {
  const asked = given.irc || (await askForText("Which server?", QUESTIONS.url, before?.url));
  const url = completeIrcUrl(asked);
  const nick = given.nick ?? (await askForNick(before?.nick));
  const channels =
    given.channels.length > 0
      ? given.channels
      : splitChannels(await askForText(JOIN, QUESTIONS.channels, before?.channels.join(", ")));
  const id = given.id ?? idOf(parseIrcUrl(url)?.host ?? "");
  const sasl = await askForSasl(given, before?.sasl?.account);
  return { id, url, nick, channels, sasl, password: given.password };
}

const JOIN = "Which channels shall it join?";

export async function askForNick(before?: string): Promise<string> {
  return await askForText("The bot's nick?", QUESTIONS.nick, before);
}

interface Question {
  readonly placeholder: string;
  /** What no answer stands for. */
  readonly otherwise?: string;
  problem(text: string): string | undefined;
}

const QUESTIONS = {
  url: {
    placeholder: "ircs://irc.libera.chat",
    problem: (text) => PROBLEMS.url(text),
  },
  nick: {
    placeholder: `${DEFAULT_NICK} with Enter`,
    otherwise: DEFAULT_NICK,
    problem: (text) => (text === "" ? undefined : PROBLEMS.nick(text)),
  },
  channels: {
    placeholder: "#mybot, #other; none with Enter",
    problem: (text) =>
      splitChannels(text)
        .map(PROBLEMS.channel)
        .find((each) => each !== undefined),
  },
  account: {
    placeholder: "none with Enter",
    problem: (text) => (text === "" ? undefined : PROBLEMS.account(text)),
  },
} as const satisfies Record<string, Question>;

async function askForText(
  message: string,
  { placeholder, otherwise = "", problem }: Question,
  initialValue = "",
): Promise<string> {
  const { text } = await clack();
  const validate = (value?: string) => problem((value ?? "").trim());
  const asked = text({
    message,
    placeholder,
    initialValue,
    defaultValue: otherwise,
    validate,
    output,
  });
  return ((await answer(asked)) ?? "").trim() || otherwise;
}

async function askForSasl(given: Given, before?: string): Promise<SaslAnswers | undefined> {
  const asked = "Has it an account there (SASL)? Its name";
  const account = given.account ?? (await askForText(asked, QUESTIONS.account, before));
  if (account === "") return undefined;
  if (given.saslPassword !== undefined) return { account, password: given.saslPassword };
  const { password } = await clack();
  const validate = (value?: string) => PROBLEMS.secret(value ?? "");
  const message = `The password of ${account}`;
  return { account, password: await answer(password({ message, validate, output })) };
}

async function askForPlugins(): Promise<readonly string[]> {
  const { multiselect } = await clack();
  const hints: Readonly<Record<string, string>> = {
    help: "!help lists the commands",
    ping: "!ping is answered",
    introspection: "what is connected",
  };
  return await answer(
    multiselect({
      message: "Which plugins?",
      options: OUR_PLUGINS.map((name) => ({ value: name, label: name, hint: hints[name] ?? "" })),
      initialValues: [...OUR_PLUGINS],
      required: false,
      output,
    }),
  );
}

/** The connection did not work. Anything but these ends it all. */
export type AfterFailure = "nick" | "change" | "again" | "anyway";

export async function askAfterFailure({
  message,
  aboutNick,
}: IrcTrialError): Promise<AfterFailure> {
  const { log, select } = await clack();
  log.error(message, { output });
  const another = { value: "nick", label: "choose another nick" } as const;
  const choice = await answer(
    select<AfterFailure | "stop">({
      message: "What now?",
      options: [
        ...(aboutNick ? [another] : []),
        { value: "change", label: "go through the questions again" },
        { value: "again", label: "try the connection again" },
        { value: "anyway", label: "write it as it is" },
        { value: "stop", label: "stop; nothing is written" },
      ],
      output,
    }),
  );
  if (choice === "stop") throw cancelled();
  return choice;
}
