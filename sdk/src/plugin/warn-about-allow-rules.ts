/** Warns the operator about `allow` rules that a backend cannot enforce. */
import type { CommandSet } from "../command/command-set.ts";
import type { ActionClient } from "../link/action-client.ts";
import type { Log } from "../program/log.ts";
import type { ErasedHandler, PluginDeclarations } from "./declarations.ts";

/** Asks each backend what it tells about users. Never rejects. */
export async function warnAboutAllowRules(
  client: ActionClient,
  declared: PluginDeclarations,
  commands: CommandSet<ErasedHandler>,
  log: Log,
): Promise<void> {
  if (!declared.declarations.some((each) => hasUserRule(each))) return;
  try {
    const backends = await client.listBackends();
    const infos = await Promise.allSettled(backends.map(({ id }) => client.backendInfo(id)));
    const told = infos.flatMap((info) => (info.status === "fulfilled" ? [info.value] : []));
    for (const line of commands.warnings(told)) log.warn(line);
  } catch (reason) {
    log.debug({ error: reason }, "the backends could not be checked");
  }
}

function hasUserRule(declaration: PluginDeclarations["declarations"][number]): boolean {
  if (declaration.what !== "command" || typeof declaration.spec === "string") return false;
  return declaration.spec.allow?.some(({ user }) => user !== undefined) ?? false;
}
