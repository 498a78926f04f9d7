/** Finds whom the plugins ignore by what a person typed, and makes them listen again. */
import { absoluteId, parseId } from "@seabird-chat/protocol/ids";
import { EXIT, type IgnoredSpeakerStatus } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { UnignoreResult } from "./control-protocol.ts";
import type { Supervisor } from "./supervisor.ts";

/** Throws a CliError that names those who are ignored, if the user is not one of them. */
export function unignore(supervisor: Supervisor, user: string): UnignoreResult {
  const ignored = supervisor.components.flatMap((component) =>
    (supervisor.ignored(component)?.speakers ?? []).map((speaker) => ({ component, speaker })),
  );
  const named = ignored.filter(({ speaker }) => isNamed(user, speaker));
  if (named.length === 0) {
    throw notIgnored(
      user,
      ignored.map(({ speaker }) => speaker),
    );
  }
  for (const { component, speaker } of named) supervisor.unignore(component, speaker.userId);
  return {
    ended: named.map(({ component, speaker }) => ({ component: component.spec.name, ...speaker })),
  };
}

/** By the id, in any of its forms, or by the name without regard to case. */
function isNamed(user: string, { userId }: IgnoredSpeakerStatus): boolean {
  const id = parseId(user);
  if (id !== undefined) return absoluteId(id, id.relative) === userId;
  return parseId(userId)?.relative.toLowerCase() === user.toLowerCase();
}

function notIgnored(user: string, ignored: readonly IgnoredSpeakerStatus[]): CliError {
  const ids = [...new Set(ignored.map(({ userId }) => userId))];
  const next = ids.length === 0 ? "nobody is ignored here" : `ignored are: ${ids.join(", ")}`;
  const message = `no plugin ignores ${JSON.stringify(user)}`;
  return new CliError(EXIT.usage, message, next, { ignored });
}
