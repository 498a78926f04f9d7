/** What the machine is doing for this process: files, sockets, children, real timers. */

/** How many of each kind there are. */
export function realWork(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
