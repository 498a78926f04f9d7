/** Asks for what was not given on the command line. Never asked of a script. */
import { select, text } from "@clack/prompts";
import { EXIT, Failure } from "./failure.ts";
import { nameProblem } from "./names.ts";
import type { Kind } from "./project.ts";

export async function askKind(): Promise<Kind> {
  return answer(
    await select<Kind>({
      message: "What will it be?",
      options: [
        { value: "plugin", label: "a plugin", hint: "a bot: hears people and answers them" },
        { value: "backend", label: "a backend", hint: "connects a chat network" },
      ],
    }),
  );
}

export async function askName(kind: Kind): Promise<string> {
  const placeholder = kind === "plugin" ? "dice" : "campfire";
  const name = answer(
    await text({
      message: kind === "plugin" ? "What is it called?" : "Which network does it connect?",
      placeholder,
      validate: (value) => nameProblem(value ?? ""),
    }),
  );
  return name;
}

function answer<T>(given: T): Exclude<T, symbol> {
  if (typeof given !== "symbol") return given as Exclude<T, symbol>;
  throw new Failure(EXIT.interrupted, "nothing was written");
}
