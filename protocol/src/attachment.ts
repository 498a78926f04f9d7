/** A file in a message, as authors describe it. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { BlockError } from "./block-error.ts";
import { type AttachmentBlockSchema, Presentation } from "./gen/common_pb.js";

/** A file; what is not given is not known. */
export interface Attachment {
  /** Where anybody can open it; a link that needs a login or a token does not belong here. */
  readonly url?: string;
  /** The backend's name for it: absolute for plugins, relative for backends. */
  readonly id?: string;
  /** Its file name. */
  readonly name?: string;
  /** Its media type, such as `image/png`. */
  readonly contentType?: string;
  readonly sizeBytes?: number | bigint;
  /** In pixels. */
  readonly width?: number;
  /** In pixels. */
  readonly height?: number;
  readonly durationMs?: number | bigint;
  /** Alternative text, for those who do not see or hear it. */
  readonly description?: string;
  readonly presentation?: Presentation;
  /** Whether readers uncover it themselves; default: false. */
  readonly isSpoiler?: boolean;
  /** When the url stops working. */
  readonly expiresAt?: Date;
}

const MAX_UINT32 = 2n ** 32n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** The fields of its block. Throws BlockError for a bad number or date, and for what names no file. */
export function attachmentFields(file: Attachment): MessageInitShape<typeof AttachmentBlockSchema> {
  const {
    id = "",
    url = "",
    name = "",
    contentType = "",
    description = "",
    expiresAt,
  } = Object(file) as Attachment;
  for (const [key, value] of Object.entries({ id, url, name, contentType, description })) {
    if (typeof value === "string") continue;
    throw new BlockError(`attachment: ${key} is of type ${typeof value}; give a text`);
  }
  if (url + name + id === "") {
    throw new BlockError('attachment: it has no url, name or id; give { url: "https://…" }');
  }
  if (expiresAt !== undefined && Number.isNaN(expiresAt.getTime())) {
    throw new BlockError("attachment: expiresAt is an invalid date");
  }
  return {
    id: id.toWellFormed(),
    url: url.toWellFormed(),
    name: name.toWellFormed(),
    contentType: contentType.toWellFormed(),
    sizeBytes: wholeNumber("sizeBytes", file.sizeBytes, MAX_UINT64),
    width: Number(wholeNumber("width", file.width, MAX_UINT32)),
    height: Number(wholeNumber("height", file.height, MAX_UINT32)),
    durationMs: wholeNumber("durationMs", file.durationMs, MAX_UINT64),
    description: description.toWellFormed(),
    presentation: file.presentation ?? Presentation.UNSPECIFIED,
    isSpoiler: file.isSpoiler ?? false,
    ...(expiresAt === undefined ? {} : { expiresAt: timestampFromDate(expiresAt) }),
  };
}

function wholeNumber(name: string, value: number | bigint | undefined, most: bigint): bigint {
  if (value === undefined) return 0n;
  const whole = typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value) : -1n;
  if (whole >= 0n && whole <= most) return whole;
  throw new BlockError(`attachment: ${name} is ${value}; a whole number from 0 to ${most}`);
}
