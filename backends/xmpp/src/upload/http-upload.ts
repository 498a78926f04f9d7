/** Hands files to the server's upload service (XEP-0363), which has a url for each. */
import {
  BoundedMap,
  type Clock,
  type FileAtCore,
  type Log,
  Refused,
  SeabirdError,
} from "@seabird-chat/sdk/backend";
import { FetchError, fetchUrl } from "@seabird-chat/sdk/fetch";
import type { StanzaSender } from "../connection/hooks.ts";
import { NS, type Stanza, xml } from "../stanza.ts";
import { type Slot, serviceOf, slotOf, slotQuery, type UploadService } from "./slot.ts";

export interface HttpUploadDeps {
  readonly sender: Pick<StanzaSender, "address" | "request">;
  /** Addresses that are no public ones where the service may be (`fetchUrl`). */
  readonly allowAddresses: () => readonly string[];
  readonly openAttachment: (file: { readonly corePath: string }) => Promise<FileAtCore>;
  readonly clock: Clock;
  readonly log: Pick<Log, "debug">;
}

export interface FileToUpload {
  readonly corePath: string;
  readonly name: string;
}

/** Items of the server that are asked whether they are the upload service. */
const MAX_ITEMS = 32;
/** Milliseconds in which one has to answer. */
const ITEM_WITHIN_MS = 5_000;
/** Files whose urls are remembered, so that an edit or another room needs no second upload. */
const MAX_REMEMBERED = 100;
/** A service may remove files after some time; after this one it is uploaded again. */
const REMEMBERED_MS = 600_000;
/** Of the answer to an upload, which nobody reads. */
const MAX_ANSWER_BYTES = 65_536;
/** Core gives up before that. */
const MAX_UPLOAD_MS = 60_000;

export class HttpUpload {
  readonly #deps: HttpUploadDeps;
  #service: Promise<UploadService | undefined> | undefined;
  readonly #urls = new BoundedMap<string, { readonly url: string; readonly atMs: number }>(
    MAX_REMEMBERED,
  );

  constructor(deps: HttpUploadDeps) {
    this.#deps = deps;
  }

  /** Resolves with undefined if the server has none. It is looked for once in a session. */
  service(signal: AbortSignal): Promise<UploadService | undefined> {
    if (this.#service !== undefined) return this.#service;
    const service = this.#find(signal);
    this.#service = service;
    service.catch(() => this.forget(service));
    return service;
  }

  /** Another session may be with another server. */
  forget(service = this.#service): void {
    if (this.#service === service) this.#service = undefined;
  }

  /** Resolves with the url by which people open it. Rejects with Refused. */
  async upload(file: FileToUpload, signal: AbortSignal): Promise<string> {
    const { clock, log } = this.#deps;
    const known = this.#urls.get(file.corePath);
    if (known !== undefined && clock.now() - known.atMs < REMEMBERED_MS) return known.url;
    const service = await this.service(signal);
    if (service === undefined) throw new Refused(NO_SERVICE);
    const opened = await this.#open(file);
    const { contentType, sizeBytes, body } = opened;
    try {
      if (sizeBytes > (service.maxBytes ?? Number.POSITIVE_INFINITY)) {
        const most = `the server takes files of at most ${service.maxBytes}`;
        throw new Refused(`the file is ${sizeBytes} bytes; ${most}`);
      }
      const query = slotQuery({ name: file.name, contentType, sizeBytes });
      const slot = slotOf(await this.#ask(service.address, query, signal));
      await this.#put(slot, opened, signal);
      log.debug({ bytes: sizeBytes }, "file uploaded");
      this.#remember(file.corePath, slot.getUrl);
      return slot.getUrl;
    } catch (reason) {
      await discard(body);
      throw reason;
    }
  }

  async #open(file: FileToUpload): Promise<FileAtCore> {
    try {
      return await this.#deps.openAttachment(file);
    } catch (reason) {
      if (!(reason instanceof SeabirdError)) throw reason;
      throw new Refused(`core does not have the file: ${reason.message}`);
    }
  }

  async #put(slot: Slot, file: FileAtCore, signal: AbortSignal): Promise<void> {
    const { putUrl, headers } = slot;
    const { body, contentType, sizeBytes } = file;
    try {
      await using answer = await fetchUrl(putUrl, {
        method: "PUT",
        headers: {
          ...headers,
          "content-type": contentType,
          "content-length": String(sizeBytes),
        },
        body,
        // One with a zone names an interface of this machine, which no url does.
        allowAddresses: this.#deps.allowAddresses().filter((each) => !each.includes("%")),
        maxRedirects: 0,
        maxBytes: MAX_ANSWER_BYTES,
        timeoutMs: MAX_UPLOAD_MS,
        idleMs: MAX_UPLOAD_MS,
        clock: this.#deps.clock,
        signal,
      });
      answer.close();
    } catch (reason) {
      if (!(reason instanceof FetchError)) throw reason;
      throw new Refused(`the file cannot be uploaded: ${reason.message}`);
    }
  }

  #remember(corePath: string, url: string): void {
    this.#urls.set(corePath, { url, atMs: this.#deps.clock.now() });
  }

  /** XEP-0363, 3: the server itself, or one of its items. */
  async #find(signal: AbortSignal): Promise<UploadService | undefined> {
    const domain = this.#deps.sender.address.replace(/^[^@]*@/, "").split("/", 1)[0] ?? "";
    const itself = await this.#infoOf(domain, signal);
    if (itself !== undefined) return itself;
    const items = await this.#ask(domain, xml("query", { xmlns: NS.discoItems }), signal);
    const addresses = (items.getChild("query", NS.discoItems)?.getChildren("item") ?? [])
      .map(({ attrs }) => String(attrs["jid"] ?? ""))
      .filter((address) => address !== "" && !address.includes("@"));
    const infos = addresses.slice(0, MAX_ITEMS).map(async (each) => {
      const service = await this.#infoOf(each, signal);
      return service ?? Promise.reject(new Error(NO_SERVICE));
    });
    // Who waits for all waits for the slowest, which nobody asked for.
    const first = await Promise.any(infos).catch(() => undefined);
    if (first === undefined) signal.throwIfAborted();
    return first;
  }

  async #infoOf(address: string, signal: AbortSignal): Promise<UploadService | undefined> {
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(ITEM_WITHIN_MS)]);
      const info = await this.#ask(address, xml("query", { xmlns: NS.discoInfo }), inTime);
      return serviceOf(address, info);
    } catch (reason) {
      // Nobody waits any more, which says nothing about the item.
      signal.throwIfAborted();
      // An item that refuses, or does not answer, is none.
      this.#deps.log.debug({ address, reason: String(reason) }, "no answer about its features");
      return undefined;
    }
  }

  #ask(to: string, query: Stanza, signal: AbortSignal): Promise<Stanza> {
    return this.#deps.sender.request(xml("iq", { type: "get", to }, query), signal);
  }
}

/** A stream that nobody has begun to read stays open until somebody has. */
async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _ of body) break;
  } catch {
    // It broke, and is closed.
  }
}

const NO_SERVICE = "the server takes no files (XEP-0363)";
