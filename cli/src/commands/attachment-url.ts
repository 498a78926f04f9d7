/** What `--attach` takes. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

/** The url of a file and its name. Throws a CliError for anything that others could not open. */
export function attachmentUrl(text: string): { readonly url: string; readonly name: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const shown = `--attach ${JSON.stringify(text)}`;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const what =
      existsSync(text) || url?.protocol === "file:" ? "a file on this machine" : "no url";
    throw new CliError(
      EXIT.usage,
      `${shown} is ${what}; files cannot be uploaded yet`,
      "put it where anybody may open it, and give its address, as https://example.org/cat.jpg",
    );
  }
  if (url.username !== "" || url.password !== "") {
    const next = "give an address that anybody may open";
    throw new CliError(EXIT.usage, `--attach: ${url.host} wants a user and a password`, next);
  }
  // Blanks end an address in a chat; the parser has skipped line breaks.
  return { url: /[\s\p{Cc}]/u.test(text) ? url.href : text, name: fileName(url) };
}

function fileName({ pathname }: URL): string {
  const name = basename(pathname);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
