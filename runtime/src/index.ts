/** The entry point of what Seabird's programs agree on as processes. Node only. */

export {
  EXIT,
  EXIT_CODES,
  type ExitCode,
  type ExitCodeRow,
  type ExitName,
  exitCodesHelp,
  isRestartable,
} from "./exit-codes.ts";
