/**
 * The protocol of `.seabird/up.sock`, JSON lines: one request per connection; the answer is any
 * number of `line`s, then `done` or `failed`.
 */
import { join, relative } from "node:path";
import type {
  ExitCode,
  IgnoredSpeakerStatus,
  NetworkStatus,
  PluginStatus,
} from "@seabird-chat/runtime";
import { asRecord } from "../config/as-record.ts";
import type { ComponentState } from "./component.ts";

/** The most lines that `seabird logs -n` takes. */
export const MAX_TAIL_LINES = 10_000;

export type ControlRequest =
  | { readonly do: "ps" }
  | { readonly do: "restart"; readonly components: readonly string[] }
  | { readonly do: "reload" }
  /** How the plugins of a component are, as they report it. */
  | { readonly do: "status"; readonly component: string }
  /** An id, or a name as its network shows it. */
  | { readonly do: "unignore"; readonly user: string }
  | {
      readonly do: "logs";
      /** Missing: all components together. */
      readonly component?: string;
      readonly lines: number;
      readonly follow: boolean;
    };

export type ControlReply =
  | {
      readonly type: "line";
      readonly component: string;
      readonly line: string;
      readonly atMs?: number;
    }
  | { readonly type: "done"; readonly result: unknown }
  | {
      readonly type: "failed";
      readonly message: string;
      readonly next?: string;
      readonly exitCode: ExitCode;
      /** What `--json` adds to the message. */
      readonly details: Readonly<Record<string, unknown>>;
    };

/** The answer to `ps`. */
export interface ProjectStatus {
  readonly pid: number;
  /** The file; null for a run without one. */
  readonly config: string | null;
  readonly url: string;
  readonly upMs: number;
  readonly components: readonly ComponentStatus[];
}

export interface ComponentStatus {
  readonly name: string;
  readonly kind: "core" | "backend" | "plugin";
  /** `remote`: core runs elsewhere. `off`: an interactive component without a terminal. */
  readonly state: ComponentState | "remote" | "off";
  readonly pid?: number;
  readonly upMs?: number;
  readonly restarts: number;
  /** Of a backend that runs. */
  readonly network?: NetworkStatus;
  /** How it ended last, if it was not asked to. */
  readonly lastExit?: string;
  /** Of a component that is not started any more: its last lines, as it wrote them. */
  readonly lastLines?: readonly string[];
  /** Loops with other bots since it started; missing for none. */
  readonly loops?: number;
  /** Whom its plugins ignore because of them; missing for nobody. */
  readonly ignored?: readonly IgnoredSpeakerStatus[];
  readonly log?: string;
}

/** The answer to `status`. */
export interface StatusResult {
  readonly plugins: readonly PluginStatus[];
}

/** The answer to `unignore`: whom which component listens to again. */
export interface UnignoreResult {
  readonly ended: readonly (IgnoredSpeakerStatus & { readonly component: string })[];
}

/** One line of the answers to `restart` and `reload`: what was done to a component. */
export interface ComponentReport {
  readonly component: string;
  readonly did: "started" | "stopped" | "restarted" | "changed" | "refused" | "failed";
  readonly text: string;
}

/** The answer to `reload`; `restart` has the components alone. */
export interface ReloadResult {
  readonly components: readonly ComponentReport[];
  /** What the new configuration has that works but is not wise. */
  readonly warnings: readonly string[];
}

export const SOCKET_NAME = "up.sock";
/** What the systems take at least; Linux takes 107. */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * The path to give to the system, which takes short ones only: relative to where this process is,
 * if that is shorter. Undefined if both are too long.
 */
export function socketPath(folder: string): string | undefined {
  const path = join(folder, SOCKET_NAME);
  const fits = (each: string) => Buffer.byteLength(each) <= MAX_SOCKET_PATH_BYTES;
  return [path, relative(process.cwd(), path)].find(fits);
}

/** Reads one request; throws an Error that says what is wrong. */
export function readRequest(text: string): ControlRequest {
  const request = asRecord(JSON.parse(text));
  switch (request["do"]) {
    case "ps":
    case "reload":
      return { do: request["do"] };
    case "unignore":
      if (typeof request["user"] !== "string") throw new Error("user is no text");
      return { do: "unignore", user: request["user"] };
    case "status":
      if (typeof request["component"] !== "string") throw new Error("component is no text");
      return { do: "status", component: request["component"] };
    case "restart":
      return { do: "restart", components: readNames(request["components"]) };
    case "logs": {
      const { component, lines, follow } = request;
      if (component !== undefined && typeof component !== "string")
        throw new Error("component is no text");
      if (!Number.isSafeInteger(lines) || Number(lines) < 0) throw new Error("lines is no number");
      return {
        do: "logs",
        lines: Math.min(Number(lines), MAX_TAIL_LINES),
        follow: follow === true,
        ...(component === undefined ? {} : { component }),
      };
    }
    default:
      throw new Error(`${JSON.stringify(request["do"])} is nothing to do`);
  }
}

function readNames(value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
    throw new Error("components is no list of names");
  }
  return value;
}
