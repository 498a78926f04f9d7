/** The wire and format of a request's messages, by its content type. */
export interface RequestKind {
  readonly wire: "connect" | "grpc_web";
  /** Whether messages are in envelopes; else the body is the message. */
  readonly enveloped: boolean;
  readonly json: boolean;
}

/** `undefined`: no content type of a call. */
export function requestKind(contentType: string): RequestKind | undefined {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  switch (type) {
    case "application/json":
      return { wire: "connect", enveloped: false, json: true };
    case "application/proto":
      return { wire: "connect", enveloped: false, json: false };
    case "application/connect+json":
      return { wire: "connect", enveloped: true, json: true };
    case "application/connect+proto":
      return { wire: "connect", enveloped: true, json: false };
    case "application/grpc-web":
    case "application/grpc-web+proto":
      return { wire: "grpc_web", enveloped: true, json: false };
    case "application/grpc-web+json":
      return { wire: "grpc_web", enveloped: true, json: true };
    default:
      return undefined;
  }
}

/**
 * curl's default content type, which is taken for JSON. A web page cannot exploit that, because it
 * cannot add the token's header.
 */
export function isCurlDefault(contentType: string): boolean {
  return contentType === "application/x-www-form-urlencoded";
}

/** The header that names a message's compression. */
export function encodingHeader({ wire, enveloped }: RequestKind): string {
  if (wire === "grpc_web") return "grpc-encoding";
  return enveloped ? "connect-content-encoding" : "content-encoding";
}
