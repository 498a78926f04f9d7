/** The entry point for programs: what the main of a plugin's or a backend's program calls. */

export type { BackendProgramOptions } from "./backend-program.ts";
export { type JsonSchema, type SettingsSchema, toJsonSchema } from "./check-settings.ts";
export type { CommandDescription, ComponentDescription, Description } from "./description.ts";
export { isFile, loadFile } from "./load-file.ts";
export { resolveOwnPackages } from "./own-packages.ts";
export { runBackendFile, runBackendProgram, runPluginProgram } from "./programs.ts";
export { type SettingRow, settingRows, settingsEnvExample, settingsTable } from "./setting-rows.ts";
