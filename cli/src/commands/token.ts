/** `seabird token create|list|revoke|import`. */

import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { CliError } from "../process/cli-error.ts";
import { withOwnCommand } from "../process/own-command.ts";
import type { Output } from "../terminal/output.ts";
import { answer, askForToken, cancelled, chooseToken, clack, mayAsk } from "../terminal/prompts.ts";
import { durationOption } from "../terminal/times.ts";
import type { TokenAdminOptions } from "../tokens/token-admin.ts";
import { isExpired, type TokenAdmin, type TokenRow, tokenTable } from "../tokens/token-rows.ts";
import { collectNames, contextOf, withConnection } from "./context.ts";

interface CreateOptions extends TokenAdminOptions {
  readonly scope: readonly string[];
  readonly expires?: number;
}

export function addToken(program: Command): void {
  const token = program.command("token").description("create, list, revoke and import tokens");
  common(token.command("create"))
    .description("make a token; its secret is on stdout, this once")
    .argument("[name]", "who will use it; core shows it as the sender")
    .option("--scope <scope>", SCOPES_HELP, collectNames, [])
    .option("--expires <time>", "after which it ends: 90m, 12h, 30d, 2w (never)", durationOption)
    .action(create);
  common(token.command("list"))
    .description("list the tokens, oldest first")
    .option("--all", "revoked ones too")
    .action(list);
  common(token.command("revoke"))
    .description("end a token and its open streams")
    .argument("[token]", "its id, or its name if no other has it")
    .option("-y, --yes", "the last token with the scope admin too, without asking")
    .action(revoke);
  common(token.command("import"))
    .description("move the tokens of an original core's table to hashed ones")
    .action(importLegacy);
}

const SCOPES_HELP =
  "what it may do: plugin, -private, persona, mention-everyone, read, private, " +
  "backend:<type>/<id> (* for any), metrics, admin; repeatable";

function common(command: Command): Command {
  return withConnection(command).option("--offline", "work on the database file of this folder");
}

/** Runs the work on the tokens that the options name. */
async function onTokens(
  command: Command,
  work: (admin: TokenAdmin, output: Output) => Promise<void>,
): Promise<void> {
  const { output } = contextOf(command);
  const { withTokenAdmin } = await import("../tokens/token-admin.ts");
  await withTokenAdmin(command.optsWithGlobals<TokenAdminOptions>(), (admin) =>
    work(admin, output),
  );
}

async function create(name: string | undefined, options: CreateOptions, command: Command) {
  const wanted = await wantedToken(name, options);
  await onTokens(command, async (admin, output) => {
    const { token, secret } = await admin.create(wanted);
    output.result({ token, secret }, () => {
      output.remark(
        `Token ${token.id} of ${token.name} (${token.scopes.join(" ")}) in ${admin.where}.`,
      );
      output.remark("Its secret, shown this once:");
      output.line(secret);
    });
  });
}

/** A person at a terminal is asked for what is missing. */
async function wantedToken(name: string | undefined, { scope, expires }: CreateOptions) {
  const expiry = expires === undefined ? {} : { expiresInMs: expires };
  if (name !== undefined && scope.length > 0) return { name, scopes: scope, ...expiry };
  if (mayAsk()) return { ...(await askForToken(name, scope)), ...expiry };
  const missing = name === undefined ? "a name" : "a scope";
  throw new CliError(
    EXIT.usage,
    `a token needs ${missing}`,
    `\`seabird token create ${name ?? "NAME"} --scope ${scope[0] ?? "plugin"}\``,
  );
}

async function list(options: { all?: boolean }, command: Command) {
  await onTokens(command, async (admin, output) => {
    const tokens = await admin.list(options.all === true);
    output.result({ tokens }, () => output.table(tokenTable(tokens)));
  });
}

async function revoke(wanted: string | undefined, options: { yes?: boolean }, command: Command) {
  await onTokens(command, async (admin, output) => {
    const tokens = await admin.list(true);
    const id = await findToken(tokens, wanted);
    const isLast = isLastAdmin(tokens, id);
    if (isLast && options.yes !== true) await confirmLastAdmin(id);
    const token = await admin.revoke(id);
    output.result({ token }, () => {
      output.remark(`revoked ${token.id} (${token.name})`);
      if (isLast) output.remark(withOwnCommand(`  Next: ${ANOTHER_ADMIN}.`));
    });
  });
}

const ANOTHER_ADMIN =
  "in core's folder `seabird token create admin --scope admin --scope plugin --offline > .seabird/admin-token` makes another one";

function isLastAdmin(tokens: readonly TokenRow[], id: string): boolean {
  const admins = tokens.filter(
    (token) => isInForce(token) && !isExpired(token) && token.scopes.includes("admin"),
  );
  return admins.length === 1 && admins[0]?.id === id;
}

async function confirmLastAdmin(id: string): Promise<void> {
  const what = `${id} is the last token with the scope admin`;
  if (!mayAsk()) throw new CliError(EXIT.usage, `${what}; nothing was done`, "add --yes");
  const { confirm } = await clack();
  const message = `${what}: without one only --offline administers this core. Revoke it?`;
  const sure = await answer(confirm({ message, initialValue: false, output: process.stderr }));
  if (!sure) throw cancelled();
}

/** An id as it is; else the one token in force with that name. */
async function findToken(tokens: readonly TokenRow[], wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return await pickToken(tokens.filter(isInForce));
  if (tokens.some(({ id }) => id === wanted)) return wanted;
  const named = tokens.filter((token) => token.name === wanted && isInForce(token));
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(", ");
    throw new CliError(
      EXIT.usage,
      `${named.length} tokens are named ${wanted}`,
      `name one by id: ${ids}`,
    );
  }
  if (named[0] !== undefined) return named[0].id;
  throw new CliError(
    EXIT.failed,
    `no token has the id or name ${wanted}`,
    "`seabird token list` lists them",
  );
}

async function pickToken(tokens: readonly TokenRow[]): Promise<string> {
  if (mayAsk() && tokens.length > 0) return await chooseToken(tokens);
  throw new CliError(EXIT.usage, "which token?", "`seabird token list` lists them");
}

function isInForce(token: TokenRow): boolean {
  return token.revokedAt === null;
}

async function importLegacy(_options: unknown, command: Command) {
  await onTokens(command, async (admin, output) => {
    const tokens = await admin.importLegacy();
    output.result({ tokens }, () => {
      output.remark(`${tokens.length} moved, in ${admin.where}.`);
      if (tokens.length > 0) output.table(tokenTable(tokens));
    });
  });
}
