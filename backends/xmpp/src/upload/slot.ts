/** Upload services and their slots (XEP-0363), as their answers say. Pure. */
import { Refused } from "@seabird-chat/sdk/backend";
import { xmlText } from "../formatting/xml-text.ts";
import { NS, type Stanza, xml } from "../stanza.ts";

export interface UploadService {
  readonly address: string;
  /** Of one file. Undefined: it does not say. */
  readonly maxBytes: number | undefined;
}

export interface Slot {
  readonly putUrl: string;
  readonly getUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** XEP-0363, 5: every other header is ignored. */
const HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie", "expires"]);
/** Of all headers of a slot. */
const MAX_HEADER_CHARACTERS = 16_384;

/** The service that an answer to `disco#info` describes; undefined: it is something else. */
export function serviceOf(address: string, info: Stanza): UploadService | undefined {
  const query = info.getChild("query", NS.discoInfo);
  const features = query?.getChildren("feature").map(({ attrs }) => attrs["var"]) ?? [];
  if (!features.includes(NS.upload)) return undefined;
  const fields = query?.getChildren("x", "jabber:x:data").flatMap((x) => x.getChildren("field"));
  const limit = fields?.find(({ attrs }) => attrs["var"] === "max-file-size");
  const bytes = limit?.getChildText("value") ?? "";
  return { address, maxBytes: /^\d{1,15}$/.test(bytes) ? Number(bytes) : undefined };
}

export function slotQuery(file: {
  readonly name: string;
  readonly sizeBytes: number;
  readonly contentType: string;
}): Stanza {
  return xml("request", {
    xmlns: NS.upload,
    filename: fileName(file.name),
    size: String(file.sizeBytes),
    "content-type": xmlText(file.contentType),
  });
}

/** Without folders, which a service would have to refuse. */
function fileName(name: string): string {
  const last = xmlText(name)
    .replace(/[\s\\/]+/g, " ")
    .trim();
  return last === "" ? "file" : last.slice(-200).toWellFormed();
}

/** Throws Refused for an answer without usable urls. */
export function slotOf(answer: Stanza): Slot {
  const slot = answer.getChild("slot", NS.upload);
  const put = slot?.getChild("put");
  const putUrl = webUrl(put?.attrs["url"]);
  const getUrl = webUrl(slot?.getChild("get")?.attrs["url"]);
  if (putUrl === undefined || getUrl === undefined) {
    throw new Refused("the upload service of the server gave no place for the file");
  }
  const headers: Record<string, string> = {};
  let characters = 0;
  for (const header of put?.getChildren("header") ?? []) {
    const name = String(header.attrs["name"] ?? "").toLowerCase();
    const value = header.text().replace(/[\r\n]+/g, "");
    characters += value.length;
    if (HEADERS.has(name) && characters <= MAX_HEADER_CHARACTERS) headers[name] = value;
  }
  return { putUrl, getUrl, headers };
}

function webUrl(given: unknown): string | undefined {
  const url = typeof given === "string" ? URL.parse(given) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}
