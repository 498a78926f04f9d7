/** What `seabird init` does: asks or takes options, tries the connection, writes. */
import { join } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { OUR_PLUGINS } from "../../process/bins.ts";
import { CliError } from "../../process/cli-error.ts";
import { ownCommand } from "../../process/own-command.ts";
import { readRunFile } from "../../supervise/run-file.ts";
import { type Output, styleError } from "../../terminal/output.ts";
import { cancelled, mayAsk } from "../../terminal/prompts.ts";
import { type Describe, describer } from "../describe-component.ts";
import { hasProject } from "../load-project.ts";
import { type Programs, programsOf } from "../programs.ts";
import { PROJECT_FILE } from "../project.ts";
import { writeSchema } from "../project-schema-file.ts";
import {
  askAfterFailure,
  askForId,
  askForNetwork,
  askForPlugins,
  askForSetting,
  askForSettings,
  type Network,
} from "./ask-init.ts";
import { givenSettings, refuse } from "./given-settings.ts";
import { type ProbeAnswer, probeBackend } from "./probe-backend.ts";
import {
  ID_FORM,
  idOf,
  isId,
  nested,
  questionsOf,
  SettingReader,
  type Settings,
} from "./questions.ts";
import {
  type BackendAnswers,
  networksIn,
  refuseToOverwrite,
  type WriteMode,
  type Written,
  writeProject,
} from "./write-project.ts";

export interface InitOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  /** `--no-test`: false. */
  readonly test: boolean;
  /** `TYPE` or `TYPE/ID`; false: `--no-backend`. */
  readonly backend?: string | false;
  /** `KEY=VALUE` each. */
  readonly set: readonly string[];
  readonly plugin?: readonly string[];
}

export async function init(options: InitOptions, output: Output): Promise<void> {
  const folder = process.cwd();
  const asks = options.yes !== true;
  const mode = modeOf(options, folder, asks && mayAsk());
  if (asks && !mayAsk()) {
    const next =
      "add --yes; with --backend TYPE --set KEY=VALUE it connects a network, `seabird init --help` has the rest";
    throw new CliError(
      EXIT.usage,
      "init asks questions, and standard input is not a terminal",
      next,
    );
  }
  const taken = mode === "add" ? networksIn(folder) : [];
  if (mode === "add" && !output.json) {
    output.remark(`Adding a network to ${PROJECT_FILE}; nothing else in it changes.`);
  }
  const run = new Init(options, { folder, output, taken, isNew: mode !== "add" });
  const { backend, plugins, probe } = asks ? await run.withPerson() : await run.withoutPerson();
  if (backend === undefined && mode === "add") throw cancelled();
  const written = writeProject(folder, { backend, plugins }, mode);
  const { missing } = await writeSchema(join(folder, PROJECT_FILE), run.describe);
  for (const each of missing) output.remark(`left out of the schema: ${each}`);
  const document = {
    ...written,
    ...(probe === undefined ? {} : { probe }),
    next: nextCommand(folder),
  };
  output.result(document, () => report(written, document.next, output));
}

/** A network is added to a file that is there, if one is given or a person can be asked. */
function modeOf({ force, backend, plugin }: InitOptions, folder: string, asks: boolean): WriteMode {
  if (force === true) return "replace";
  if (!hasProject(folder)) return "new";
  const adds = backend === undefined ? asks : backend !== false;
  if (!adds || plugin !== undefined) refuseToOverwrite(folder, [PROJECT_FILE]);
  return "add";
}

function nextCommand(folder: string): string {
  const isRunning = readRunFile(join(folder, ".seabird")) !== undefined;
  return `${ownCommand()} ${isRunning ? "reload" : "up"}`;
}

interface Found {
  readonly backend: BackendAnswers | undefined;
  readonly plugins: readonly string[];
  /** Undefined: there is no network, or it was not tried. */
  readonly probe: ProbeAnswer | undefined;
}

interface InitDeps {
  readonly folder: string;
  readonly output: Output;
  /** The networks of the file that is there, such as `irc/libera`. */
  readonly taken: readonly string[];
  readonly isNew: boolean;
}

class Init {
  readonly describe: Describe;
  readonly #options: InitOptions;
  readonly #output: Output;
  readonly #taken: readonly string[];
  readonly #isNew: boolean;
  readonly #programs: Programs;

  constructor(options: InitOptions, { folder, output, taken, isNew }: InitDeps) {
    this.#options = options;
    this.#output = output;
    this.#taken = taken;
    this.#isNew = isNew;
    this.#programs = programsOf(folder);
    this.describe = describer(folder);
    for (const name of options.plugin ?? []) {
      if (!OUR_PLUGINS.includes(name)) refuse("--plugin", name, `one of ${OUR_PLUGINS.join(", ")}`);
    }
  }

  async withPerson(): Promise<Found> {
    const { backend: named, plugin, test } = this.#options;
    const chosen = await this.#chosenNetwork();
    const network = named === undefined ? await askForNetwork(await this.#networks()) : chosen;
    const given =
      network === undefined ? NO_SETTINGS : await givenSettings(this.#options.set, network);
    let settings = network && (await askForSettings(network, given));
    const id = network && settings && (await this.#askedId(network, settings));
    const plugins = plugin ?? (this.#isNew ? await askForPlugins() : []);
    for (;;) {
      if (network === undefined || settings === undefined || id === undefined) {
        return { backend: undefined, plugins, probe: undefined };
      }
      const answers = this.#answers(network, settings, id);
      if (!test) return { backend: answers, plugins, probe: undefined };
      process.stderr.write(`${tryingText(answers)}\n`);
      const { backend, probe } = await this.#probe(network, answers);
      if (probe.ok) {
        process.stderr.write(`${successText(probe)}\n`);
        return { backend, plugins, probe };
      }
      const about = network.questions.find(({ key }) => key === probe.setting);
      const what = await askAfterFailure(probe, about);
      if (what === "anyway") return { backend, plugins, probe: undefined };
      if (what === "another" && about !== undefined) {
        const value = await askForSetting(about, network.reader, settings.get(about.key));
        settings = new Map([...settings, [about.key, value]]);
      }
      // What the options said may be what was wrong.
      if (what === "change") {
        const others = [...given].filter(
          ([key]) => !network.questions.some((each) => each.key === key),
        );
        settings = await askForSettings(network, new Map(others), settings);
      }
    }
  }

  async withoutPerson(): Promise<Found> {
    const { plugin: plugins = OUR_PLUGINS, test } = this.#options;
    const network = await this.#chosenNetwork();
    if (network === undefined) return { backend: undefined, plugins, probe: undefined };
    const settings = new Map(await givenSettings(this.#options.set, network));
    for (const { key, otherwise } of network.questions) {
      if (otherwise === undefined || settings.has(key)) continue;
      settings.set(key, network.reader.valueOf(key, otherwise));
      if (!this.#output.json)
        this.#output.remark(`${key}: ${otherwise} (--set ${key}=… changes it)`);
    }
    const problem = network.reader.problemOfAll(settings);
    if (problem !== undefined) {
      const next = `--set KEY=VALUE gives a setting, \`seabird backend ${network.type} --help\` lists them`;
      throw new CliError(EXIT.usage, problem, next);
    }
    const answers = this.#answers(network, settings, this.#proposedId(network, settings));
    if (!test) return { backend: answers, plugins, probe: undefined };
    if (!this.#output.json) this.#output.remark(tryingText(answers));
    const { backend, probe } = await this.#probe(network, answers);
    if (!probe.ok) {
      const next =
        "nothing was written; correct the settings, or add --no-test to write them without a test";
      const code = probe.failed === "settings" ? EXIT.usage : EXIT.unreachable;
      throw new CliError(code, probe.message, next);
    }
    if (!this.#output.json) this.#output.remark(successText(probe));
    return { backend, plugins, probe };
  }

  /** Of an address without a scheme, the one that works is taken; with a secret a person decides. */
  async #probe(
    { reader }: Network,
    backend: BackendAnswers,
  ): Promise<{ readonly backend: BackendAnswers; readonly probe: ProbeAnswer }> {
    const { type, settings, secrets } = backend;
    const program = this.#programs.backend(type);
    const probe = await probeBackend(program, nested(settings));
    const { setting = "", suggestion, message } = probe;
    const isFree = reader.wasCompleted(settings.get(setting));
    const hasSecret = [...settings.keys()].some((key) => secrets.has(key));
    if (suggestion === undefined || !isFree || hasSecret) return { backend, probe };
    const found = message.replace(`; give ${suggestion}`, "");
    if (!this.#output.json) this.#output.remark(`${found}; using ${suggestion}`);
    const other = { ...backend, settings: new Map([...settings, [setting, suggestion]]) };
    return { backend: other, probe: await probeBackend(program, nested(other.settings)) };
  }

  /** The network that `--backend` names. */
  async #chosenNetwork(): Promise<Network | undefined> {
    const { backend, set } = this.#options;
    if (!backend) {
      if (set.length === 0) return undefined;
      throw new CliError(EXIT.usage, "--set needs --backend TYPE, the network that it is about");
    }
    const [type = "", id] = backend.split(/\/(.*)/s);
    const types = this.#programs.networks();
    if (!types.includes(type)) refuse("--backend", backend, `one of ${types.join(", ")}`);
    if (id !== undefined && !isId(id)) refuse("--backend", backend, `TYPE/ID; an id is ${ID_FORM}`);
    return await this.#network(type);
  }

  async #networks(): Promise<readonly Network[]> {
    const all = await Promise.all(this.#programs.networks().map((type) => this.#network(type)));
    return all.filter(({ questions }) => questions.length > 0);
  }

  async #network(type: string): Promise<Network> {
    const description = await this.describe(this.#programs.backend(type));
    if ("problem" in description) {
      throw new CliError(EXIT.failed, `the backend ${type} ${description.problem}`);
    }
    const { help = type, settings } = description.components[0];
    const schema = settings ?? {};
    return { type, help, questions: questionsOf(schema), reader: new SettingReader(schema) };
  }

  /** The one that `--backend` names, else one that the network's address has. */
  #proposedId({ type, questions }: Network, settings: Settings): string {
    const [, named] = (this.#options.backend || "").split(/\/(.*)/s);
    const naming = questions.find(({ names }) => names);
    return named ?? idOf(type, String(naming === undefined ? "" : settings.get(naming.key)));
  }

  async #askedId(network: Network, settings: Settings): Promise<string> {
    const { type } = network;
    const proposed = this.#proposedId(network, settings);
    if ((this.#options.backend || "").includes("/")) return proposed;
    return await askForId(type, proposed, (id) => this.#taken.includes(`${type}/${id}`));
  }

  #answers({ type, reader }: Network, settings: Settings, id: string): BackendAnswers {
    if (this.#taken.includes(`${type}/${id}`)) {
      const next = `--backend ${type}/ID names another network; nothing was written`;
      throw new CliError(EXIT.usage, `${type}/${id} is in ${PROJECT_FILE} already`, next);
    }
    const secrets = new Set(reader.rows.filter(({ secret }) => secret).map(({ key }) => key));
    return { type, id, settings, secrets };
  }
}

const NO_SETTINGS: Settings = new Map();

function tryingText({ type, id }: BackendAnswers): string {
  return styleError("dim", `Trying ${type}/${id}…`);
}

function successText({ message }: ProbeAnswer): string {
  return `${styleError("green", "✔")} ${message}.`;
}

function report({ file, secrets, ignored }: Written, next: string, output: Output): void {
  output.line(`Wrote ${[file, ...secrets].join(", ")}.`);
  if (ignored.length > 0) output.line(`Added ${ignored.join(" and ")} to .gitignore.`);
  output.line(`Next: ${output.style("bold", next)}`);
}
