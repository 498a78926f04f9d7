/** The methods of the service `Media` (docs/media.md). */
import {
  type CreateUploadRequest,
  type GetMediaRequest,
  Media as MediaService,
} from "@seabird-chat/protocol";
import type { Media } from "../../media/media.ts";
import type { Method } from "../calls/method.ts";

export function mediaMethods(media: Media): readonly Method[] {
  return [
    {
      kind: "unary",
      desc: MediaService.method.createUpload,
      access: ["plugin"],
      handle: (request, call) => media.createUpload(request as CreateUploadRequest, call),
    },
    {
      kind: "unary",
      desc: MediaService.method.get,
      access: ["plugin", "read"],
      handle: (request, call) => media.get(request as GetMediaRequest, call),
    },
  ];
}
