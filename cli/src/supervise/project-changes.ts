/** What is different between two readings of a configuration, and what follows from it. Pure. */
import { isAbsolute } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type ComponentConfig,
  type CoreConfig,
  isInteractive,
  type ProjectConfig,
} from "../config/project.ts";
import { CORE, haveSameScopes } from "./component-specs.ts";

export type ChangeKind =
  | "start"
  | "stop"
  /** It keeps running and gets the new settings. */
  | "live"
  | "restart"
  /** A reload cannot do it. */
  | "refuse";

export interface Change {
  readonly component: string;
  readonly kind: ChangeKind;
  /** The settings it is about. */
  readonly keys: readonly string[];
}

/** Among the keys of a change: the component gets another token. */
export const SCOPES = "scopes";

type Settings = Readonly<Record<string, unknown>>;

/** In the order of the new file; what is no more comes last. */
export function compareProjects(old: ProjectConfig, next: ProjectConfig): Change[] {
  const before = new Map(old.components.map((component) => [component.name, component]));
  const after = new Set(next.components.map(({ name }) => name));
  return [
    ...compareCores(old, next),
    ...next.components.flatMap((component) =>
      compareComponent(before.get(component.name), component, old, next),
    ),
    ...old.components.filter(({ name }) => !after.has(name)).map(removed),
  ];
}

function removed(component: ComponentConfig): Change {
  // Removing it would leave the person without a prompt.
  return {
    component: component.name,
    kind: isInteractive(component) ? "refuse" : "stop",
    keys: [],
  };
}

function compareComponent(
  before: ComponentConfig | undefined,
  component: ComponentConfig,
  old: ProjectConfig,
  next: ProjectConfig,
): Change[] {
  const { name } = component;
  if (before === undefined)
    return [{ component: name, kind: isInteractive(component) ? "refuse" : "start", keys: [] }];
  const keys = [
    ...programKeys(before, component),
    ...changedKeys(before.settings, component.settings),
    ...(before.logLevel === component.logLevel ? [] : ["log_level"]),
    ...changedVariables(before, component).map((name) => `${name} of .env`),
    ...(tokenOf(old.core) === tokenOf(reachableCore(old.core, next.core)) ? [] : ["core.token"]),
  ];
  if (keys.length === 0) return [];
  const live = keys.every((key) => key === "log_level" || component.liveKeys.includes(key));
  return [{ component: name, kind: live ? "live" : "restart", keys }];
}

/** What makes it another program. */
function programKeys(before: ComponentConfig, component: ComponentConfig): string[] {
  const program = ({ kind, script, args, id }: ComponentConfig) => [kind, script, args, id];
  return [
    ...(isDeepStrictEqual(program(before), program(component)) ? [] : ["program"]),
    ...(haveSameScopes(before.scopes, component.scopes) ? [] : [SCOPES]),
  ];
}

/** What Node itself reads, in any program. */
const NODE_VARIABLE = /^(NODE_|SSL_CERT_|UV_|TZ$|LANG$|LANGUAGE$|LC_)|_PROXY$/i;

/**
 * A variable that a setting uses changes that setting. What comes with Seabird reads no others but
 * Node's; a person's file may read any.
 */
function changedVariables(before: ComponentConfig, component: ComponentConfig): string[] {
  const used = new Set([...before.env.used, ...component.env.used]);
  const mayReadAny = component.args.some((arg) => isAbsolute(arg));
  return changedKeys(before.env.variables, component.env.variables).filter(
    (name) => !used.has(name) && (mayReadAny || NODE_VARIABLE.test(name)),
  );
}

function compareCores(old: ProjectConfig, next: ProjectConfig): Change[] {
  const refuse = (...keys: string[]): Change[] => [{ component: CORE, kind: "refuse", keys }];
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
      : [{ component: CORE, kind, keys: [...keys, ...level] } as const]),
  ];
}

function tokenOf(core: CoreConfig): string | undefined {
  return core.kind === "remote" ? core.token : undefined;
}

function changedKeys(before: Settings, after: Settings): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

/** The new project as far as a reload can apply it: core's address and the interactive component stay. */
export function reachable(old: ProjectConfig, next: ProjectConfig): ProjectConfig {
  const rooms = old.components.filter(isInteractive);
  const isThere = ({ name }: ComponentConfig) => rooms.some((room) => room.name === name);
  const kept = next.components.filter(
    (component) => !isInteractive(component) || isThere(component),
  );
  const lost = rooms.filter(({ name }) => !kept.some((component) => component.name === name));
  return { ...next, core: reachableCore(old.core, next.core), components: [...kept, ...lost] };
}

function reachableCore(old: CoreConfig, next: CoreConfig): CoreConfig {
  if (old.kind === "own" && next.kind === "own") return { ...next, listen: old.listen };
  return old.kind === "remote" && next.kind === "remote" && old.url === next.url ? next : old;
}
