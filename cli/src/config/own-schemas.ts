/** The settings that are the configuration's own, not some component's. */
import { PLUGIN_SCOPES } from "@seabird-chat/runtime";
import { type JsonSchema, LOG_LEVELS } from "./project.ts";

const LOG_LEVEL_SCHEMA: JsonSchema = {
  enum: [...LOG_LEVELS],
  type: "string",
  description: "how much is logged",
};

/** The file's top-level keys that are plain values. */
export const PROJECT_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    log_level: {
      ...LOG_LEVEL_SCHEMA,
      description: "of core and of all components that have none of their own",
      default: "info",
      "x-env": ["SEABIRD_LOG_LEVEL", "LOG_LEVEL"],
    },
  },
};

/** `core` of a file whose core runs elsewhere. */
export const REMOTE_CORE_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    url: {
      type: "string",
      format: "uri",
      pattern: "^https?://",
      "x-message": "must be an address such as https://core.example",
      description: "the address of a core that runs elsewhere",
      "x-env": ["SEABIRD_HOST"],
    },
    token: {
      type: "string",
      writeOnly: true,
      pattern: "^[!-~]+$",
      "x-message": "must be a token: one word, without blanks and line breaks",
      description: "its token, for all components",
      "x-env": ["SEABIRD_TOKEN"],
    },
  },
  required: ["url", "token"],
};

/** Keys that every component has besides its own settings. */
export const RESERVED_SCHEMA: JsonSchema = {
  type: "object",
  properties: { log_level: { ...LOG_LEVEL_SCHEMA, description: "how much this component logs" } },
};

/** What plugins have besides their settings. */
export const PLUGIN_RESERVED_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    ...(RESERVED_SCHEMA["properties"] as JsonSchema),
    scopes: {
      type: "array",
      items: { enum: [...PLUGIN_SCOPES], type: "string" },
      description: "what it may do besides: send under other names, notify a whole channel",
    },
  },
};

/** A backend that does not come with us. */
export const FROM_SCHEMA: JsonSchema = {
  type: "string",
  minLength: 1,
  description: "the file that exports the backend",
};

/** What backends have besides their settings. */
export const BACKEND_RESERVED_SCHEMA: JsonSchema = {
  type: "object",
  properties: { ...(RESERVED_SCHEMA["properties"] as JsonSchema), from: FROM_SCHEMA },
};

export const TOP_KEYS: readonly string[] = ["core", "backends", "plugins", "log_level"];
