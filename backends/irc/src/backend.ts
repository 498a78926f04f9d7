/** The glue: an IRC network on one side, core on the other. */
import {
  type Answer,
  type BackendClient,
  type BackendHandlers,
  type ConnectOptions,
  connectBackend,
  failed,
  type RequestContext,
  success,
} from "@seabird/sdk/backend";
import type { IrcConfig } from "./config.ts";
import { type ConnectionStatus, IrcConnection } from "./connection.ts";
import { type Reader, type Told, toTold } from "./inbound.ts";
import type { Log } from "./log.ts";
import type { IrcEvent } from "./network-state.ts";
import {
  type Plan,
  planChannelSend,
  planJoin,
  planLeave,
  planPrivateSend,
  planTopic,
} from "./outbound.ts";

export interface IrcBackend extends AsyncDisposable {
  readonly client: BackendClient;
  /** Resolves when core has taken us and every configured channel was joined or refused; rejects if core never will. */
  ready(): Promise<void>;
  /** Leaves the network, then core. Idempotent. */
  close(): Promise<void>;
}

export interface IrcBackendOptions {
  readonly config: IrcConfig;
  readonly log: Log;
  readonly sdk?: Omit<ConnectOptions, "url" | "token">;
}

/** Starts at once: connects to core and to the network, and stays with both until `close()`. */
export function startIrcBackend({ config, log, sdk = {} }: IrcBackendOptions): IrcBackend {
  const settled = Promise.withResolvers<void>();
  const connection = new IrcConnection(config.irc, {
    event: (event) => tell(event),
    status: (status) => {
      logStatus(log, config, status);
      if (status.status === "settled") settled.resolve();
    },
    line: (direction, line) => log("debug", direction === "in" ? "<" : ">", { line }),
  });
  const { answerWithinMs, maxWaitingRequests } = config.irc;
  const client = connectBackend({
    // One more can still be refused at once; none waits unread until core has given it up.
    maxRequestsAtOnce: maxWaitingRequests * 2,
    answerTimeoutMs: answerWithinMs,
    ...sdk,
    type: "irc",
    id: config.id,
    url: config.seabirdUrl,
    token: config.seabirdToken,
    handlers: createHandlers(connection, config),
  });
  const reader = createReader(connection, config);
  const tell = (event: IrcEvent) => {
    const told = toTold(event, reader);
    if (told !== undefined) tellCore(client, told);
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= connection.close().then(() => client.close());
    return closed;
  };
  return {
    client,
    ready: async () => void (await Promise.all([client.ready(), settled.promise])),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const TELL: {
  readonly [Kind in Told["kind"]]: (client: BackendClient, told: ToldOf<Kind>) => void;
} = {
  message: (client, { said }) => client.message(said),
  mention: (client, { said }) => client.mention(said),
  action: (client, { said }) => client.action(said),
  privateMessage: (client, { said }) => client.privateMessage(said),
  privateAction: (client, { said }) => client.privateAction(said),
  command: (client, { given }) => client.command(given),
  joined: (client, { channel }) => client.joinChannel(channel),
  changed: (client, { channel }) => client.changeChannel(channel),
  left: (client, { channelId }) => client.leaveChannel(channelId),
};

type ToldOf<Kind extends Told["kind"]> = Extract<Told, { readonly kind: Kind }>;

function tellCore<Kind extends Told["kind"]>(client: BackendClient, told: ToldOf<Kind>): void {
  TELL[told.kind as Kind](client, told);
}

function createReader(connection: IrcConnection, { commandPrefix }: IrcConfig): Reader {
  return {
    commandPrefix,
    get nick() {
      return connection.state.nick;
    },
    isChannel: (target) => connection.state.isChannel(target),
    isMe: (nick) => connection.state.isMe(nick),
  };
}

/** What core asks is planned by the network's rules of the moment, sent, and answered. */
function createHandlers(connection: IrcConnection, config: IrcConfig): BackendHandlers {
  const carryOut = async (plan: Plan, context: RequestContext, key?: string): Promise<Answer> => {
    if ("refused" in plan) return failed(plan.refused);
    const { requestId: id, receivedAtMs: arrivedAtMs, signal } = context;
    const reason = await connection.request({ ...plan, id, arrivedAtMs, signal }, key);
    return reason === undefined ? success() : failed(reason);
  };
  const network = () => connection.state;
  return {
    sendMessage: (request, context) =>
      carryOut(planChannelSend(request, "message", network()), context),
    performAction: (request, context) =>
      carryOut(planChannelSend(request, "action", network()), context),
    sendPrivateMessage: (request, context) =>
      carryOut(planPrivateSend(request, "message", network()), context),
    performPrivateAction: (request, context) =>
      carryOut(planPrivateSend(request, "action", network()), context),
    joinChannel: (request, context) =>
      carryOut(planJoin(request, network()), context, request.channelName.split(" ")[1]),
    leaveChannel: (request, context) => carryOut(planLeave(request, network()), context),
    updateChannelInfo: (request, context) => carryOut(planTopic(request, network()), context),
    metadata: () => ({
      command_prefix: config.commandPrefix,
      nick: connection.state.nick,
      server: `${config.irc.host}:${config.irc.port}`,
    }),
  };
}

function logStatus(log: Log, { irc: { host } }: IrcConfig, status: ConnectionStatus): void {
  if (status.status === "connecting") {
    const { port, tls, attempt } = status;
    log("info", "connecting to IRC", { host, port, tls, attempt });
  } else if (status.status === "welcomed") {
    log("info", "on the network", { host, nick: status.nick });
  } else if (status.status === "settled") {
    log("info", "channels joined", { host });
  } else if (status.status === "identify_refused") {
    log("warn", "NickServ does not take the password", { reason: status.reason });
  } else if (status.status === "join_refused") {
    const { channel, reason, retryInMs } = status;
    log("warn", "cannot join", { channel, reason, retryInMs });
  } else if (status.status === "upgrading") {
    log("info", "this network wants TLS", { host, port: status.port });
  } else if (status.status === "logged_in") {
    log("info", "logged in", { host, account: status.account });
  } else if (status.status === "login_failed") {
    log("warn", "connected without login", { host, reason: status.reason });
  } else if (status.status === "problem") {
    log("warn", "IRC", { host, reason: status.reason });
  } else {
    const { reason, retryInMs } = status;
    log("warn", "IRC connection lost", { host, reason, retryInMs });
  }
}
