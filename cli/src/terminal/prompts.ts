/** Questions to a person at a terminal, never to a script. */

import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { TokenRow } from "../tokens/token-rows.ts";

type Clack = typeof import("@clack/prompts");

/** Loaded when needed: most commands ask nothing. */
export async function clack(): Promise<Clack> {
  return await import("@clack/prompts");
}

/** Only a terminal on both sides has a person in front of it. */
export function mayAsk(): boolean {
  return (
    process.stdin.isTTY === true &&
    process.stderr.isTTY === true &&
    !process.argv.includes("--json")
  );
}

/** Asks for what was not given; the questions go to stderr, so that stdout is the secret alone. */
export async function askForToken(
  givenName: string | undefined,
  givenScopes: readonly string[],
): Promise<{ readonly name: string; readonly scopes: readonly string[] }> {
  const { text } = await clack();
  const name =
    givenName ??
    (await answer(
      text({
        message: "Who will use the token?",
        placeholder: "my-plugin",
        validate: (value) => (value?.trim() ? undefined : "a name, please"),
        output: process.stderr,
      }),
    ));
  const scopes = givenScopes.length > 0 ? givenScopes : await askForScopes();
  return { name: name.trim(), scopes };
}

async function askForScopes(): Promise<readonly string[]> {
  const { select, text } = await clack();
  const choice = await answer(
    select({
      message: "What may it do?",
      options: [
        { value: "plugin", label: "be a plugin", hint: "hear everything, act" },
        { value: "read", label: "only listen", hint: "no private messages, no actions" },
        { value: "backend", label: "be a chat network's backend" },
        { value: "metrics", label: "read the metrics" },
        { value: "admin", label: "administer core" },
      ],
      output: process.stderr,
    }),
  );
  if (choice === "plugin") return [choice, ...(await askForAdditions())];
  if (choice !== "backend") return [choice];
  const pattern = await answer(
    text({
      message: "Which one? Type and id, * stands for any",
      initialValue: "irc/*",
      output: process.stderr,
    }),
  );
  return [`backend:${pattern}`];
}

/** What adds to the scope `plugin`, or takes from it. */
async function askForAdditions(): Promise<readonly string[]> {
  const { multiselect } = await clack();
  return await answer(
    multiselect({
      message: "What besides? Space selects, Enter goes on",
      options: [
        { value: "persona", label: "send under other names", hint: "for bridges" },
        { value: "mention-everyone", label: "notify everyone in a channel" },
        { value: "-private", label: "no private messages" },
      ],
      required: false,
      output: process.stderr,
    }),
  );
}

/** Lets a person choose one and confirm; returns its id. */
export async function chooseToken(tokens: readonly TokenRow[]): Promise<string> {
  const { confirm, select } = await clack();
  const id = await answer(
    select({
      message: "Which token shall end?",
      options: tokens.map(({ id, name, scopes }) => ({
        value: id,
        label: name,
        hint: `${id}, ${scopes.join(" ")}`,
      })),
      output: process.stderr,
    }),
  );
  const sure = await answer(
    confirm({ message: "Its open streams end too. Revoke it?", output: process.stderr }),
  );
  if (sure) return id;
  throw cancelled();
}

/** What was answered; throws a CliError, exit code 130, if it was cancelled. */
export async function answer<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  const given = await question;
  if (typeof given === "symbol") throw cancelled();
  return given as Exclude<T, symbol>;
}

export function cancelled(): CliError {
  return new CliError(EXIT.interrupted, "nothing was done");
}
