/** The questions of `seabird init`; what was given by options is not asked. All go to stderr. */
import { OUR_PLUGINS } from "../../process/bins.ts";
import { answer, cancelled, clack } from "../../terminal/prompts.ts";
import type { ProbeAnswer } from "./probe-backend.ts";
import { ID_FORM, isId, type Question, type SettingReader, type Settings } from "./questions.ts";

const output = process.stderr;

/** A chat network that can be asked about. */
export interface Network {
  readonly type: string;
  /** In one line, such as `a chat room in the terminal`. */
  readonly help: string;
  readonly questions: readonly Question[];
  readonly reader: SettingReader;
}

export async function askForNetwork(networks: readonly Network[]): Promise<Network | undefined> {
  const { confirm, select } = await clack();
  const [only, ...others] = networks;
  if (only === undefined) return undefined;
  if (others.length === 0) {
    const yes = await answer(confirm({ message: `Connect ${only.help}?`, output }));
    return yes ? only : undefined;
  }
  const options = networks.map(({ type, help }) => ({ value: type, label: help }));
  const none = { value: "", label: "none for now" };
  const message = "Which chat network?";
  const type = await answer(select({ message, options: [...options, none], output }));
  return networks.find((network) => network.type === type);
}

/**
 * The settings, those of options included. `before`: what was answered the last time, to begin
 * from.
 */
export async function askForSettings(
  { questions, reader }: Network,
  given: Settings,
  before: Settings = new Map(),
): Promise<Settings> {
  const settings = new Map(given);
  for (const question of questions) {
    const { key, when } = question;
    if (settings.has(key) || (when !== undefined && !settings.has(when))) continue;
    const value = await askForSetting(question, reader, before.get(key));
    if (value !== undefined) settings.set(key, value);
  }
  return settings;
}

/** Undefined: it has none. */
export async function askForSetting(
  { key, text: message, placeholder, otherwise, scheme, secret, required }: Question,
  reader: SettingReader,
  before?: unknown,
): Promise<unknown> {
  const { password, text } = await clack();
  const problem = (given = "") => {
    const isNone = given.trim() === "" && !secret && (otherwise !== undefined || !required);
    return isNone ? undefined : reader.problemOf(key, reader.valueOf(key, given, scheme));
  };
  if (secret) return await answer(password({ message, validate: problem, output }));
  const initialValue = Array.isArray(before) ? before.join(", ") : String(before ?? "");
  const defaultValue = otherwise ?? "";
  const asked = text({
    message,
    placeholder,
    initialValue,
    defaultValue,
    validate: problem,
    output,
  });
  const given = ((await answer(asked)) ?? "").trim() || defaultValue;
  return given === "" ? undefined : reader.valueOf(key, given, scheme);
}

/** What the network is called in `seabird.yaml` and in the ids of its channels. */
export async function askForId(
  type: string,
  proposed: string,
  isTaken: (id: string) => boolean,
): Promise<string> {
  const { text } = await clack();
  const message = `A short name for the network? ${type}://NAME begins its channels' ids`;
  const problem = (given = "") => {
    const id = given.trim() || proposed;
    if (!isId(id)) return `give ${ID_FORM}`;
    return isTaken(id) ? `${type}/${id} is there already; give another name` : undefined;
  };
  const asked = text({
    ...{ message, output, validate: problem },
    ...{ placeholder: `${proposed} with Enter`, defaultValue: proposed },
  });
  return (await answer(asked)).trim() || proposed;
}

const PLUGIN_HINTS: Readonly<Record<string, string>> = {
  help: "!help lists the commands",
  ping: "!ping is answered",
  introspection: "what is connected",
};

export async function askForPlugins(): Promise<readonly string[]> {
  const { multiselect } = await clack();
  const options = OUR_PLUGINS.map((value) => {
    return { value, label: value, hint: PLUGIN_HINTS[value] ?? "" };
  });
  const message = "Which plugins?";
  const initialValues = [...OUR_PLUGINS];
  return await answer(multiselect({ message, options, initialValues, required: false, output }));
}

/** The connection did not work. Anything but these ends it all. */
export type AfterFailure = "another" | "change" | "again" | "anyway";

/** `about`: the question whose setting may be what is wrong. */
export async function askAfterFailure(
  { message }: ProbeAnswer,
  about: Question | undefined,
): Promise<AfterFailure> {
  const { log, select } = await clack();
  log.error(message, { output });
  const name = about?.key.split(".").at(-1);
  const another = { value: "another", label: `choose another ${name}` } as const;
  const choice = await answer(
    select<AfterFailure | "stop">({
      message: "What now?",
      options: [
        ...(about === undefined ? [] : [another]),
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
