/**
 * The steps that an action goes through before its backend is asked, in this order: the caller is
 * admitted, ids are read, then scopes and fields are checked, then what the backend can do. What costs
 * much, such as normalising and encoding, comes after all that may refuse the action. Whatever throws,
 * nothing was announced, but for a backend that is absent.
 */
import type { Message } from "@bufbuild/protobuf";
import {
  type Block,
  BlockError,
  ChatRequestSchema,
  MAX_MESSAGE_ID_BYTES,
  type NormalisedMessage,
  normaliseMessage,
  type SendResult,
  type Tags,
} from "@seabird-chat/protocol";
import { encode } from "../codec/encode.ts";
import { encodeEvent } from "../codec/encode-event.ts";
import { BrokerError, cancelled, missingScope, timedOut } from "../errors.ts";
import type { Backend } from "../registries/backends.ts";
import { readBackendId, readTargetId } from "../registries/target-ids.ts";
import type { ActionDraft, ActionRunnerDeps } from "./action-draft.ts";
import { checkBlocks, checkTags, readCallBlocks } from "./call-blocks.ts";
import { type DegradeTarget, degradeSend } from "./degrade.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import { withLinks } from "./link-files.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { type KeyedFields, requestHash } from "./request-hash.ts";
import type { RequestIds } from "./request-ids.ts";
import type { MessageContent } from "./rows/action-row.ts";
import { announcedOptions, checkOptionIds, isEmptyPersona } from "./send-options.ts";

/** That of a backend which gives a message the longest id. */
const LONGEST_RESULT: SendResult = {
  $typeName: "common.SendResult",
  messageIds: ["x".repeat(MAX_MESSAGE_ID_BYTES)],
  degraded: [],
  channelId: "",
  sequence: 0n,
};

/** Of a send to an absent backend, that cost as much as a small one. */
const BLOCKS_PER_COST = 64;
const BYTES_PER_COST = 1_024;

export interface StepDeps extends ActionRunnerDeps {
  readonly ids: RequestIds;
  readonly keys: IdempotencyKeys;
  /** The rate of each token's sends to backends that are not connected. */
  readonly absentSends: RateLimiter;
  /** The rate of each token's sends that are not small, in bytes. */
  readonly largeSends: RateLimiter;
}

export type ActionStep = (draft: ActionDraft, deps: StepDeps) => void;

/** The checks that do not depend on the backend. */
export const CHECKS: readonly ActionStep[] = [
  admit,
  readIds,
  checkCost,
  readKey,
  readBlocks,
  findBackend,
  checkScopes,
  checkFields,
];

/** What asks the backend, short of waiting for its answer. */
export const PREPARATIONS: readonly ActionStep[] = [
  checkFeature,
  checkCapacity,
  spendAbsent,
  normaliseContent,
  composeRequest,
  composeAnnouncement,
  checkLaterAnnouncements,
  rememberKey,
  announce,
];

/** Checks time and rate. */
function admit(draft: ActionDraft, { clock, options, rateLimiter }: StepDeps): void {
  const { kind, call } = draft;
  const timeoutMs = options.actionTimeouts[kind] ?? options.actionTimeoutMs;
  const limitMs = Math.min(timeoutMs, call.timeoutMs ?? Number.POSITIVE_INFINITY);
  draft.deadlineMs = call.arrivedAtMs + limitMs;
  if (draft.deadlineMs <= clock.now()) throw timedOut();
  if (call.cancelled) throw cancelled();
  rateLimiter.spend(call.caller.tokenId);
}

/** Comes before the steps that change the request's blocks. */
function readKey(draft: ActionDraft): void {
  const { row, request, given, call } = draft;
  const key = given?.options?.idempotencyKey ?? "";
  if (key === "") return;
  const hash = requestHash(row.rpc, request as Message & KeyedFields);
  draft.sendKey = { name: call.caller.name, key, hash };
}

function readIds(draft: ActionDraft, { options: { maxAbsoluteIdBytes } }: StepDeps): void {
  const { row, target, given } = draft;
  draft.id =
    row.field === "backend_id"
      ? { ...readBackendId(target.id, maxAbsoluteIdBytes), relative: "" }
      : readTargetId(row.field, target.id, maxAbsoluteIdBytes);
  if (given?.options !== undefined) checkOptionIds(given.options, maxAbsoluteIdBytes);
}

/** Before anything else walks over the blocks or tags. */
function checkCost(draft: ActionDraft, { options }: StepDeps): void {
  const { tags } = draft.request as Message & { readonly tags?: Tags };
  if (tags !== undefined) checkTags(tags, options.maxUnusualFields);
  const root = draft.given?.rootBlock;
  if (root !== undefined) draft.blockCost = checkBlocks(root);
}

function readBlocks(draft: ActionDraft, { options: { maxAbsoluteIdBytes } }: StepDeps): void {
  const root = draft.given?.rootBlock;
  if (root === undefined) return;
  const { mentionsEveryone, hasFilesWithoutUrl } = readCallBlocks(root, maxAbsoluteIdBytes);
  draft.mentionsEveryone = mentionsEveryone;
  draft.hasFilesWithoutUrl = hasFilesWithoutUrl;
}

function findBackend(draft: ActionDraft, { backends }: StepDeps): void {
  const { id, target, channelId } = draft;
  const backend = backends.find(id);
  draft.backend = backend;
  const isPrivateChannel = channelId !== undefined && backend?.channels.isPrivate(channelId);
  draft.isPrivate = target.kind === "user" || isPrivateChannel === true;
}

function checkScopes({ isPrivate, given, mentionsEveryone: everyone, call }: ActionDraft): void {
  const { caller } = call;
  if (isPrivate && !caller.mayPrivate) throw missingScope("private");
  const persona = given?.options?.persona;
  if (persona !== undefined && !isEmptyPersona(persona) && !caller.mayUsePersona) {
    throw missingScope("persona");
  }
  if (everyone && !caller.mayMentionEveryone) throw missingScope("mention-everyone");
}

function checkFields(draft: ActionDraft): void {
  const { row, request, given } = draft;
  const problem = row.problem?.(request);
  if (problem !== undefined) throw new BrokerError("bad_request", problem);
  const options = announcedOptions(given?.options);
  if (options !== undefined) draft.content = { ...draft.content, options };
}

/** Whether the backend could take any request now. */
function checkCapacity({ backend }: ActionDraft): void {
  backend?.checkCapacity(0);
}

/** All that becomes of a send to an absent backend is its event: that has a rate of its own. */
function spendAbsent(draft: ActionDraft, { absentSends }: StepDeps): void {
  const { backend, row, call, blockCost: blocks } = draft;
  if (backend !== undefined || row.announce === undefined) return;
  absentSends.spend(call.caller.tokenId, 1 + Math.floor(blocks / BLOCKS_PER_COST));
}

function normaliseContent(draft: ActionDraft, deps: StepDeps): void {
  const { given, backend, call } = draft;
  if (given === undefined) return;
  const { text, rootBlock, format, bytes } = normalised(given.text, given.rootBlock);
  checkSize(bytes, deps);
  const { tokenId } = call.caller;
  const cost = Math.floor(bytes / BYTES_PER_COST);
  if (backend === undefined && cost > 0) deps.absentSends.spend(tokenId, cost);
  if (bytes > deps.options.smallSendBytes) deps.largeSends.spend(tokenId, bytes);
  draft.format = format;
  draft.content = { ...draft.content, text, rootBlock };
}

function checkFeature({ row, backend, channelId }: ActionDraft): void {
  if (row.needs === undefined || backend === undefined) return;
  const { feature, refusal } = row.needs;
  if (backend.capabilities.has(feature, channelId)) return;
  throw new BrokerError("unsupported", `${backend.id} ${refusal}`);
}

/** Encodes the request, and checks that the backend can take it. */
function composeRequest(draft: ActionDraft, deps: StepDeps): void {
  const { row, request, backend, target, id, tags } = draft;
  if (backend === undefined) return;
  const { sendKey } = draft;
  const requestId = (sendKey && deps.keys.refusedRequestId(sendKey)) ?? deps.ids.next();
  const content = degradedContent(draft, backend, deps);
  const bytes = encode(ChatRequestSchema, {
    $typeName: "seabird.ChatRequest",
    id: requestId,
    inner: row.ask(request, { kind: target.kind, relative: id.relative, tags }, content),
  });
  checkSize(bytes.length, deps);
  backend.checkCapacity(bytes.length);
  if (row.announceDone !== undefined) backend.checkKeptBytes(bytes.length);
  draft.encoded = { id: requestId, bytes };
}

/** The content for the backend; the caller's is announced. */
function degradedContent(
  draft: ActionDraft,
  { name, capabilities }: Backend,
  { media }: StepDeps,
): MessageContent {
  const { content, row, channelId, call } = draft;
  const { sender, options } = content;
  if (content.rootBlock === undefined) return content;
  const target: DegradeTarget = {
    backend: name,
    isDeclared: capabilities.isDeclared,
    has: (feature) => capabilities.has(feature, channelId),
  };
  const { text, rootBlock } =
    media !== undefined && draft.hasFilesWithoutUrl
      ? withLinks(content.rootBlock, target, media, (id) => media.linkTo(id, call.caller))
      : { text: content.text, rootBlock: content.rootBlock };
  const { degraded, ...asked } = degradeSend(
    { text, rootBlock, options, isAction: row.isAction === true },
    target,
  );
  draft.degraded = degraded;
  return { sender, ...asked };
}

/** A send is announced whether or not its backend is there. */
function composeAnnouncement(draft: ActionDraft, deps: StepDeps): void {
  const { row, request, content, tags, isPrivate } = draft;
  const inner = row.announce?.(request, content);
  if (inner === undefined) return;
  const meta = eventMeta(deps.events.nextSequence);
  draft.announcement = encodeEvent({ inner, tags, meta }, isPrivate);
  checkSize(draft.announcement.message.length, deps);
}

/**
 * What is published once the backend has done it cannot be refused then, so its size is checked now,
 * whatever the backend answers.
 */
function checkLaterAnnouncements(draft: ActionDraft, deps: StepDeps): void {
  const { row, request, content, backend } = draft;
  if (backend === undefined || row.announceDone === undefined) return;
  const done = { request, content, answer: { case: undefined }, result: LONGEST_RESULT };
  const meta = eventMeta(Number.MAX_SAFE_INTEGER);
  for (const inner of row.announceDone(done)) {
    const { message } = encodeEvent({ inner, tags: draft.tagsOf(inner), meta }, draft.isPrivate);
    checkSize(message.length, deps);
  }
}

/** Nothing is refused after this, so that what is remembered has been asked. */
function rememberKey(draft: ActionDraft, { keys }: StepDeps): void {
  const { sendKey, backend } = draft;
  if (sendKey !== undefined && backend !== undefined) draft.send = keys.open(sendKey);
}

function announce(draft: ActionDraft, { events }: StepDeps): void {
  const { announcement, target, channelId, isPrivate } = draft;
  if (announcement === undefined) return;
  const sequence = events.nextSequence;
  events.publish(announcement);
  draft.announced = { sequence, target, channelId, isPrivate };
}

/** The number under which an event is published. */
export function eventMeta(sequence: number) {
  return { $typeName: "seabird.EventMeta", sequence: BigInt(sequence) } as const;
}

function checkSize(bytes: number, { options }: StepDeps): void {
  const limit = options.maxMessageBytes;
  if (bytes <= limit) return;
  const message = `message too large: ${bytes} bytes after normalising, limit ${limit}`;
  throw new BrokerError("message_too_large", message);
}

/** Throws `bad_block` where the protocol package finds one. */
function normalised(text: string, rootBlock: Block | undefined): NormalisedMessage {
  try {
    return normaliseMessage(text, rootBlock);
  } catch (reason) {
    if (reason instanceof BlockError) throw new BrokerError("bad_block", reason.message);
    throw reason;
  }
}
