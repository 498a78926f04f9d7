/** The entry point for a plugin's jobs: `@seabird-chat/sdk/schedule`. */
export type {
  CronOptions,
  Job,
  KeyOptions,
  ListJobsOptions,
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
