/** `seabird doctor`: checks everything between this terminal and a chat message. */

import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { createClients } from "../client/clients.ts";
import { CHECKS, type Finding, type Patient } from "../doctor/checks.ts";
import { withOwnCommand } from "../process/own-command.ts";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";
import { contextOf, withConnection } from "./context.ts";

export function addDoctor(program: Command): void {
  withConnection(program.command("doctor"))
    .description(
      "check address, token, version, clock and backends, and report what to do (exit code 6)",
    )
    .action(async (_options, command: Command) => {
      const { output, settings } = contextOf(command);
      const found = settings();
      const clients = createClients(found.url, found.token);
      try {
        const findings = await examine({ settings: found, clients });
        output.result({ ok: !findings.some(isProblem), findings }, () => tell(output, findings));
        if (findings.some(isProblem)) process.exitCode = EXIT.unhealthy;
      } finally {
        clients.close();
      }
    });
}

/** Check after check, up to the first that makes the later ones pointless. */
async function examine(patient: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    const found = await check(patient);
    findings.push(...found);
    if (found.some(({ ends }) => ends === true)) break;
  }
  return findings;
}

function isProblem({ state }: Finding): boolean {
  return state === "problem";
}

const MARKS = {
  good: ["green", "✓"],
  warning: ["yellow", "!"],
  problem: ["red", "✗"],
} as const;

function tell(output: Output, findings: readonly Finding[]): void {
  for (const { state, about, text, next } of findings) {
    const [style, mark] = MARKS[state];
    output.line(`${output.style(style, mark)} ${output.style("bold", about)}: ${safeText(text)}`);
    if (next !== undefined) output.line(`    Next: ${safeText(withOwnCommand(next))}.`);
  }
}
