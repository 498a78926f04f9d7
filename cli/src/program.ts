/** The tree of commands. */

import { exitCodesHelp } from "@seabird-chat/runtime";
import { Command } from "commander";
import { addActions } from "./commands/actions.ts";
import { addBridge } from "./commands/bridge.ts";
import { addCapabilities } from "./commands/capabilities.ts";
import { addConfig } from "./commands/config.ts";
import { addDelete } from "./commands/delete.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEdit } from "./commands/edit.ts";
import { addInfo } from "./commands/info.ts";
import { addInit } from "./commands/init.ts";
import { addLists } from "./commands/lists.ts";
import { addLogs } from "./commands/logs.ts";
import { addMembers } from "./commands/members.ts";
import { addPs } from "./commands/ps.ts";
import { addReact } from "./commands/react.ts";
import { addReload } from "./commands/reload.ts";
import { addRestart } from "./commands/restart.ts";
import { addRun } from "./commands/run.ts";
import { addSend } from "./commands/send.ts";
import { addStreams } from "./commands/streams.ts";
import { addTail } from "./commands/tail.ts";
import { addToken } from "./commands/token.ts";
import { addUnignore } from "./commands/unignore.ts";
import { addUp } from "./commands/up.ts";
import { ownVersion } from "./process/bins.ts";

const ENVIRONMENT_HELP = `Environment:
  SEABIRD_HOST        core's address (http://127.0.0.1:11235)
  SEABIRD_TOKEN       the token; else SEABIRD_TOKEN_FILE, else .seabird/admin-token here or in a
                      folder above, for a core on this machine
  NO_COLOR            no colours`;

/** Commander's own failures are thrown, never printed with an exit of its own. */
export function createProgram(): Command {
  const program = new Command("seabird")
    .description("Runs a Seabird chat broker and looks at a running one.")
    .version(ownVersion())
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({
      // Commander adds the default values, which are empty lists and texts.
      optionDescription: ({ description, argChoices }) =>
        argChoices === undefined ? description : `${description}: ${argChoices.join(", ")}`,
    })
    .configureOutput({ writeErr: () => undefined })
    .addHelpText("after", `\n${ENVIRONMENT_HELP}\n\n${exitCodesHelp()}`);
  const groups: readonly (readonly [heading: string, add: readonly ((to: Command) => void)[]])[] = [
    ["Run:", [addInit, addUp, addRun]],
    ["Look after a run:", [addPs, addLogs, addRestart, addReload, addUnignore, addBridge]],
    ["Administer:", [addConfig, addToken, addStreams, addDoctor]],
    ["Look:", [addInfo, addLists, addMembers, addCapabilities, addTail]],
    ["Act:", [addSend, addEdit, addDelete, addReact, addActions]],
  ];
  for (const [heading, adders] of groups) {
    program.commandsGroup(heading);
    for (const add of adders) add(program);
  }
  return program;
}
