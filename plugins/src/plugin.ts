/** What a plugin of ours is: a name, and commands that return what to answer. */
import type { ActionClient, CommandEvent, CommandHelp, Content } from "@seabird/sdk";

export interface CommandCall {
  /** Everything after the command's name, without spaces around it. */
  readonly arg: string;
  readonly event: CommandEvent;
  /** For questions to core. */
  readonly core: ActionClient;
}

export interface Command extends CommandHelp {
  /** The answer, given where the command was and with the person's name in front. */
  readonly run: (call: CommandCall) => Content | Promise<Content>;
}

export interface Plugin {
  readonly name: string;
  readonly commands: Readonly<Record<string, Command>>;
}
