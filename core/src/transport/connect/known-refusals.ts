/**
 * The answers to calls by Connect and gRPC-Web whose token is refused, encoded once: peers without a
 * token can ask for many.
 */
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { BrokerError } from "../../broker/errors.ts";
import { isRefusalError } from "../calls/admission.ts";
import type { Exchange } from "../http/exchange.ts";
import type { Answer } from "./connect-call.ts";

interface EncodedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export class KnownRefusals {
  /** By error, of which there are few, and content type, of which calls have few. */
  readonly #answers = new WeakMap<BrokerError, Map<string, EncodedAnswer>>();

  /** Answers if the call's token is refused, and the answer is known. */
  answer(exchange: Exchange, contentType: string, answer: Answer): boolean {
    if (answer.kind !== "error") return false;
    const known = this.#answers.get(answer.error)?.get(contentType);
    if (known === undefined) return false;
    const { response } = exchange;
    for (const [name, value] of known.headers) response.setHeader(name, value);
    response.statusCode = known.status;
    if ("stream" in response) response.end(known.body);
    else response.end(known.body);
    return true;
  }

  /** Keeps what was encoded for such a refusal; returns it as it was. */
  async keep(
    contentType: string,
    answer: Answer,
    encoded: UniversalServerResponse,
  ): Promise<UniversalServerResponse> {
    if (answer.kind !== "error" || !isRefusalError(answer.error)) return encoded;
    const chunks: Uint8Array[] = [];
    for await (const chunk of encoded.body ?? []) chunks.push(chunk);
    const { status } = encoded;
    const headers = [...(encoded.header ?? [])];
    const answers = this.#answers.get(answer.error) ?? new Map<string, EncodedAnswer>();
    this.#answers.set(answer.error, answers);
    if (answers.size < MAX_TYPES) {
      answers.set(contentType, { status, headers, body: Buffer.concat(chunks) });
    }
    return { ...encoded, body: iterate(chunks) };
  }
}

/** Content types that differ in their parameters only are different ones here. */
const MAX_TYPES = 16;

async function* iterate(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
