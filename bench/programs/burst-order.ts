/** What the burst and its readers say to each other. */

export type BurstOrder =
  | { type: "open"; url: string; token: string; events: number; stalls: boolean }
  | { type: "read" };

export type BurstReport =
  | { type: "open" }
  | { type: "all"; received: number; inOrder: boolean }
  | { type: "ended"; received: number; inOrder: boolean; code: number; message: string };
