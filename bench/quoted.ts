/** The figures that are quoted: the table of `--markdown`, and the graph of the history. */
export interface Quoted {
  /** As `Sample.row` names it. */
  readonly row: string;
  readonly title: string;
  /** Drawn over the history; the others stand in the table alone. */
  readonly drawn?: boolean;
}

export const QUOTED: readonly Quoted[] = [
  {
    row: "processor to 1 stream, unpaced, plain",
    title: "CPU per event, 1 stream, unpaced: plain",
  },
  { row: "processor to 1 stream, unpaced, tagged", title: "the same: tagged" },
  {
    row: "processor to 1 stream, unpaced, real",
    title: "CPU per event, 1 stream, unpaced: real",
    drawn: true,
  },
  {
    row: "processor to 1 stream, unpaced: real, times plain",
    title: "the same: real, times plain",
  },
  {
    row: "deliveries to 1 stream, paced",
    title: "deliveries, 1 stream, 16 events under way",
    drawn: true,
  },
  { row: "deliveries to 5 streams, paced", title: "deliveries, 5 streams" },
  { row: "deliveries to 10 streams, paced", title: "deliveries, 10 streams", drawn: true },
  { row: "deliveries to 100 streams, paced", title: "deliveries, 100 streams", drawn: true },
  { row: "deliveries to 1,000 streams, paced", title: "deliveries, 1,000 streams" },
  {
    row: "deliveries to 100 streams, unpaced, plain",
    title: "deliveries, 100 streams, unpaced: plain",
  },
  { row: "deliveries to 100 streams, unpaced, tagged", title: "the same: tagged" },
  {
    row: "deliveries to 100 streams, unpaced, real",
    title: "deliveries, 100 streams, unpaced: real",
    drawn: true,
  },
  { row: "actions, 1 in flight", title: "actions, 1 in flight" },
  {
    row: "actions, 4 connections with 16 in flight",
    title: "actions, 4 connections with 16 in flight",
    drawn: true,
  },
  {
    row: "idle stream, own connection, before a collection",
    title: "idle stream on its own connection, before a collection",
    drawn: true,
  },
  { row: "idle stream, own connection", title: "the same, after a collection" },
  { row: "processor, SDK: handled event", title: "CPU of a plugin per handled event", drawn: true },
  {
    row: "processor, SDK: event without a handler",
    title: "CPU of a plugin per event without a handler",
    drawn: true,
  },
  { row: "SDK: handled event", title: "events that a plugin handles" },
  {
    row: "SDK: heap growth over 1,000,000 handled events",
    title: "heap growth over a million of them",
  },
  { row: "processor, SDK: event of a backend", title: "CPU of a backend per event", drawn: true },
  { row: "processor, SDK: request to a backend", title: "CPU of a backend per request" },
  { row: "processor, SDK: action, 16 in flight", title: "CPU of a plugin per action", drawn: true },
  { row: "bridge: one link", title: "messages over one link of the bridge", drawn: true },
  { row: "bridge: 100 links", title: "messages over 100 links" },
  { row: "processor, bridge: one link", title: "CPU of the bridge per message", drawn: true },
  {
    row: "processor, bridge: one link, times an answer",
    title: "the same, times a plugin's that answers",
  },
  { row: "bridge: latency, p50", title: "latency of the bridge, p50" },
  { row: "bridge: latency, p99", title: "the same, p99" },
  {
    row: "bridge: latency, p99, frozen times without",
    title: "p99 with a destination frozen, times that without",
  },
  { row: "processor, seabird --help", title: "CPU of seabird --help", drawn: true },
  { row: "processor, seabird send", title: "CPU of seabird send", drawn: true },
  { row: "npm start, to the prompt", title: "npm start to the prompt", drawn: true },
  { row: "processor, npm start, to the prompt", title: "CPU of npm start to the prompt" },
  { row: "first bot, to its registration", title: "first bot to its registration", drawn: true },
  { row: "memory of an empty Node", title: "memory of an empty Node" },
  { row: "memory of the default project", title: "memory of the default project", drawn: true },
  {
    row: "memory of core, IRC, terminal and 20 plugins",
    title: "memory of core, IRC, terminal and 20 plugins",
    drawn: true,
  },
];
