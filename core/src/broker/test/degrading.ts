/** Sends as core degrades them for backends with given features. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Block, SendOptionsSchema, text } from "@seabird-chat/protocol";
import {
  type DegradableFeature,
  type DegradedSend,
  type DegradeTarget,
  degradeSend,
} from "../actions/degrade.ts";
import { announcedOptions } from "../actions/send-options.ts";

export const ALL: readonly DegradableFeature[] = [
  "reply",
  "thread",
  "persona",
  "attachment",
  "mention",
  "emoji",
];

/** A backend that declared these features; undefined: it declared nothing at all. */
function target(features: readonly DegradableFeature[] | undefined): DegradeTarget {
  return {
    backend: { type: "irc", id: "net" },
    isDeclared: features !== undefined,
    has: (feature) => features?.includes(feature) ?? false,
  };
}

export const except = (...features: DegradableFeature[]) =>
  ALL.filter((feature) => !features.includes(feature));

export type OptionsInit = MessageInitShape<typeof SendOptionsSchema>;

export interface Send {
  readonly block?: Block;
  readonly options?: OptionsInit;
  readonly isAction?: boolean;
}

export function degrade(
  { block = text("hi"), options, isAction = false }: Send,
  features: readonly DegradableFeature[] | undefined,
): DegradedSend {
  return degradeSend(
    {
      text: block.plain,
      rootBlock: block,
      options: options && announcedOptions(create(SendOptionsSchema, options)),
      isAction,
    },
    target(features),
  );
}
