/** What is different between two readings of a configuration, and what follows from it. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { ComponentConfig, CoreConfig, ProjectConfig } from "../config/project.ts";
import { CORE, isRoom } from "./component-specs.ts";

export type ChangeKind =
  | "start"
  | "stop"
  /** It goes on, and is told. */
  | "live"
  | "restart"
  /** A reload cannot do it. */
  | "refuse";

export interface Change {
  readonly part: string;
  readonly kind: ChangeKind;
  /** The settings it is about. */
  readonly keys: readonly string[];
}

type Settings = Readonly<Record<string, unknown>>;

/** In the order of the new file; what is no more comes last. */
export function compareProjects(old: ProjectConfig, next: ProjectConfig): Change[] {
  const before = new Map(old.parts.map((part) => [part.name, part]));
  const after = new Set(next.parts.map(({ name }) => name));
  return [
    ...compareCores(old, next),
    ...next.parts.flatMap((part) => comparePart(before.get(part.name), part, old, next)),
    ...old.parts.filter(({ name }) => !after.has(name)).map(removed),
  ];
}

function removed(part: ComponentConfig): Change {
  // Who takes the room away would be left without a way to speak.
  return { part: part.name, kind: isRoom(part) ? "refuse" : "stop", keys: [] };
}

function comparePart(
  before: ComponentConfig | undefined,
  part: ComponentConfig,
  old: ProjectConfig,
  next: ProjectConfig,
): Change[] {
  const { name } = part;
  if (before === undefined)
    return [{ part: name, kind: isRoom(part) ? "refuse" : "start", keys: [] }];
  const keys = [
    ...programKeys(before, part),
    ...changedKeys(before.settings, part.settings),
    ...(before.logLevel === part.logLevel ? [] : ["log_level"]),
    ...(tokenOf(old.core) === tokenOf(reachableCore(old.core, next.core)) ? [] : ["core.token"]),
  ];
  if (keys.length === 0) return [];
  const live = keys.every((key) => key === "log_level" || part.liveKeys.includes(key));
  return [{ part: name, kind: live ? "live" : "restart", keys }];
}

/** What makes it another program. */
function programKeys(before: ComponentConfig, part: ComponentConfig): string[] {
  const program = ({ kind, script, args, scopes, id }: ComponentConfig) => [
    kind,
    script,
    args,
    scopes,
    id,
  ];
  return isDeepStrictEqual(program(before), program(part)) ? [] : ["program"];
}

function compareCores(old: ProjectConfig, next: ProjectConfig): Change[] {
  const refuse = (...keys: string[]): Change[] => [{ part: CORE, kind: "refuse", keys }];
  if (old.core.kind === "remote") {
    return next.core.kind === "remote" && old.core.url === next.core.url ? [] : refuse("core.url");
  }
  if (next.core.kind === "remote") return refuse("core.url");
  const keys = changedKeys(old.core.settings, next.core.settings);
  const level = old.core.logLevel === next.core.logLevel ? [] : ["log_level"];
  const kind = keys.length > 0 ? "restart" : "live";
  return [
    ...(old.core.listen === next.core.listen ? [] : refuse("core.listen")),
    ...(keys.length + level.length === 0
      ? []
      : [{ part: CORE, kind, keys: [...keys, ...level] } as const]),
  ];
}

function tokenOf(core: CoreConfig): string | undefined {
  return core.kind === "remote" ? core.token : undefined;
}

function changedKeys(before: Settings, after: Settings): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

/** What a reload makes of the new project: it moves neither core nor the room. */
export function reachable(old: ProjectConfig, next: ProjectConfig): ProjectConfig {
  const rooms = old.parts.filter(isRoom);
  const isThere = ({ name }: ComponentConfig) => rooms.some((room) => room.name === name);
  const kept = next.parts.filter((part) => !isRoom(part) || isThere(part));
  const lost = rooms.filter(({ name }) => !kept.some((part) => part.name === name));
  return { ...next, core: reachableCore(old.core, next.core), parts: [...kept, ...lost] };
}

function reachableCore(old: CoreConfig, next: CoreConfig): CoreConfig {
  if (old.kind === "own" && next.kind === "own") return { ...next, listen: old.listen };
  return old.kind === "remote" && next.kind === "remote" && old.url === next.url ? next : old;
}
