/** The body of a request, read to its end within all limits. */
import { BrokerError } from "../../broker/errors.ts";
import type { Environment } from "../environment.ts";
import type { Exchange } from "../http/exchange.ts";

/** Rejects with a BrokerError; the peer's going is `cancelled`. */
export function collectBody(
  env: Environment,
  { request }: Exchange,
  deadlineMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const limit = {
      sweep(nowMs: number) {
        if (nowMs >= deadlineMs) fail(new BrokerError("request_timeout", "request timed out"));
      },
    };
    const settle = () => {
      env.sweeper.delete(limit);
      env.state.collectedBytes -= bytes;
      bytes = 0;
      request.removeListener("data", push);
      request.removeListener("end", end);
      request.removeListener("close", gone);
    };
    const fail = (error: BrokerError) => {
      settle();
      request.resume();
      reject(error);
    };
    const push = (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      env.state.collectedBytes += chunk.length;
      const error = beyondLimits(env, bytes);
      if (error !== undefined) fail(error);
    };
    const end = () => {
      settle();
      resolve(Buffer.concat(chunks));
    };
    const gone = () => fail(new BrokerError("cancelled", "the caller has gone"));
    env.sweeper.add(limit);
    request.on("data", push);
    request.once("end", end);
    request.once("close", gone);
  });
}

function beyondLimits(env: Environment, bytes: number): BrokerError | undefined {
  const { maxMessageBytes, maxCollectedBytes } = env.limits;
  if (bytes > maxMessageBytes + 5) {
    const text = `message too large: more than ${maxMessageBytes} bytes`;
    return new BrokerError("message_too_large", text);
  }
  if (env.state.collectedBytes > maxCollectedBytes) {
    const text = `too many bytes of unfinished requests, limit ${maxCollectedBytes}`;
    return new BrokerError("too_many_in_flight", text);
  }
  return undefined;
}
