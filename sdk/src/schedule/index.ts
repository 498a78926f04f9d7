/** The door to a plugin's jobs: `@seabird-chat/sdk/schedule`. */
export type {
  CronSettings,
  Job,
  KeySettings,
  ListJobsSettings,
  WaitingJob,
  When,
} from "./job.ts";
export type { JobHandler, JobOptions, JobRun } from "./job-options.ts";
export {
  type CronJobOptions,
  type Schedule,
  type ScheduleOptions,
  schedule,
} from "./schedule.ts";
export { SCHEDULE_LIMITS } from "./schedule-limits.ts";
