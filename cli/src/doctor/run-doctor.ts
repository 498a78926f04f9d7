/** Runs the checks of `seabird doctor` one after another, and prints what they found. */
import { EXIT } from "@seabird-chat/runtime";
import { createClients } from "../client/clients.ts";
import type { Settings } from "../client/settings.ts";
import { withOwnCommand } from "../process/own-command.ts";
import type { Output } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";
import { CHECKS } from "./checks.ts";
import type { Finding, Patient } from "./finding.ts";

/** Sets the exit code 6 if there is a problem. */
export async function runDoctor(settings: Settings, output: Output): Promise<void> {
  const clients = createClients(settings.url, settings.token);
  try {
    const findings = await examine({ settings, clients });
    output.result({ ok: !findings.some(isProblem), findings }, () => tell(output, findings));
    if (findings.some(isProblem)) process.exitCode = EXIT.unhealthy;
  } finally {
    clients.close();
  }
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
