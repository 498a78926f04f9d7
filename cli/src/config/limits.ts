/** The bounds of reading a configuration; they stand in the table of the command line's limits. */

export const CONFIG_ROWS = {
  maxConfigBytes: {
    value: 1024 * 1024,
    unit: "bytes",
    what: "`seabird.yaml`, and each file that an `x_file` names",
    policy: "it is refused, exit code 78",
  },
  maxConfigNodes: {
    value: 20_000,
    unit: "times",
    what: "values in `seabird.yaml`; what an alias stands for counts each time",
    policy: "it is refused, exit code 78",
  },
  maxConfigDepth: {
    value: 32,
    unit: "times",
    what: "values within values in `seabird.yaml`",
    policy: "it is refused, exit code 78",
  },
  maxConfigProblems: {
    value: 100,
    unit: "times",
    what: "problems of a configuration that are told",
    policy: "the others are counted",
  },
  describeTimeoutMs: {
    value: 5_000,
    unit: "ms",
    what: "a component's answer to `--describe`",
    policy: "it is killed; the configuration is refused, exit code 78",
  },
  maxDescriptionBytes: {
    value: 1024 * 1024,
    unit: "bytes",
    what: "a component's answer to `--describe`",
    policy: "it is killed; the configuration is refused, exit code 78",
  },
  maxDescribing: {
    value: 2,
    unit: "times",
    what: "components that are asked to describe themselves at once",
    policy: "the others are asked after them",
  },
  ircTestMs: {
    value: 15_000,
    unit: "ms",
    what: "`init`: until the IRC server has welcomed the bot",
    policy: "nothing is written; exit code 3",
  },
  maxIrcTestBytes: {
    value: 256 * 1024,
    unit: "bytes",
    what: "`init`: what the IRC server says until then",
    policy: "nothing is written; exit code 3",
  },
} as const;

/** The values, by name. */
export const CONFIG_LIMITS = Object.freeze(
  Object.fromEntries(Object.entries(CONFIG_ROWS).map(([name, { value }]) => [name, value])),
) as Readonly<Record<keyof typeof CONFIG_ROWS, number>>;
