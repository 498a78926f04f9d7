/** `seabird config check|schema|show`: what `seabird.yaml` comes to, without starting anything. */
import { type Command, Option } from "commander";
import { LOG_LEVELS, PROJECT_FILE, type ProjectFlags } from "../config/project.ts";
import type { SchemaOptions } from "../config/run-config.ts";
import { contextOf, withJson } from "./context.ts";

export function addConfig(program: Command): void {
  const config = program.command("config").description(`check or show ${PROJECT_FILE}`);
  withFile(config.command("check"))
    .description("list all problems in it (exit code 78), or what would run")
    .action(async (flags: ProjectFlags, command: Command) => {
      const { check } = await import("../config/run-config.ts");
      await check(flags, contextOf(command).output);
    });
  withFile(config.command("show"))
    .description("list every value with where it comes from; secrets are masked")
    .option("--bind <host:port>", "as `seabird up` would be given it")
    .addOption(
      new Option("--log-level <level>", "as `seabird up` would be given it").choices(LOG_LEVELS),
    )
    .action(async (flags: ProjectFlags, command: Command) => {
      const { show } = await import("../config/run-config.ts");
      await show(flags, contextOf(command).output);
    });
  withFile(config.command("schema"))
    .description("write .seabird/schema.json, by which an editor completes and checks the file")
    .option("--stdout", "print the schema instead")
    .action(async (options: SchemaOptions, command: Command) => {
      const { schema } = await import("../config/run-config.ts");
      await schema(options, contextOf(command).output);
    });
}

function withFile(command: Command): Command {
  return withJson(command).option("--config <file>", `another file than ${PROJECT_FILE} here`);
}
