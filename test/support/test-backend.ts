/** A backend without a network, for tests of what goes between the SDK and core. */
import { silentLog } from "@seabird-chat/sdk";
import {
  type BackendConnection,
  type BackendHost,
  type BackendSpec,
  backend,
  type LinkState,
  type StartBackendOptions,
  startBackend,
} from "@seabird-chat/sdk/backend";

export type Functions = Partial<BackendConnection>;

export interface TestBackend
  extends Pick<BackendHost, "emit" | "channels" | "members" | "network"> {
  /** The state of the link to core. */
  readonly state: LinkState;
  states(): AsyncIterable<LinkState>;
  /** Connected to core, also after an outage. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface TestBackendOptions extends Partial<StartBackendOptions> {
  /** Default: `test`. */
  readonly type?: string;
  /** What it declares besides its functions. */
  readonly capabilities?: BackendSpec["capabilities"];
}

/** Resolves when there is a host, whether core is there or not. The default id is `net`. */
export async function startTestBackend(
  options: TestBackendOptions,
  functions: Functions = {},
): Promise<TestBackend> {
  const { type = "test", capabilities, ...more } = options;
  const { promise: connected, resolve } = Promise.withResolvers<BackendHost>();
  const definition = backend(type, {
    capabilities,
    connect: (host) => {
      resolve(host);
      return { close: () => undefined, ...functions };
    },
  });
  const running = startBackend(definition, { id: "net", log: silentLog, ...more });
  const { emit, channels, members, network, core } = await connected;
  return {
    ...{ emit, channels, members, network },
    get state() {
      return core.state;
    },
    states: () => running.coreStates(),
    async ready() {
      await running.ready();
      // The first time is over: after an outage it is the link that says when core is back.
      for await (const { state } of running.coreStates()) if (state === "connected") return;
    },
    close: () => running.close(),
  };
}
