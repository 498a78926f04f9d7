/** Tells the supervisor whom the plugins of a process ignore, and ends it when it says so. */
import { MAX_REPORTED_SPEAKERS, sendToSupervisor } from "@seabird-chat/runtime";
import type { ProcessLifecycle } from "../link/process-lifecycle.ts";
import type { RunningPlugin } from "../plugin/running-plugin.ts";

/** Returns its undo. */
export function reportIgnored(
  running: readonly Pick<RunningPlugin, "name" | "ignored">[],
  life: Pick<ProcessLifecycle, "onMessage">,
): () => void {
  const report = (): void => {
    const loops = running.reduce((sum, { ignored }) => sum + ignored.loops, 0);
    const speakers = running.flatMap(({ name: plugin, ignored }) =>
      ignored.list().map((speaker) => ({ plugin, ...speaker })),
    );
    sendToSupervisor({ type: "ignored", loops, speakers: speakers.slice(-MAX_REPORTED_SPEAKERS) });
  };
  const undos = running.map(({ ignored }) => ignored.onChange(report));
  const forget = life.onMessage((message) => {
    if (message.type !== "unignore") return;
    for (const { ignored } of running) ignored.unignore(message.userId);
  });
  return () => {
    for (const undo of [...undos, forget]) undo();
  };
}
