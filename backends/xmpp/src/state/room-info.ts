/** What a room says of itself (XEP-0030). Pure. */
import { copy } from "../inbound/read-stanza.ts";
import { NS, type Stanza } from "../stanza.ts";

export interface RoomInfo {
  readonly name: string;
  readonly features: ReadonlySet<string>;
}

/** Features of one room; further ones are left out. */
const MAX_FEATURES = 500;
/** Characters of one; longer ones are left out. */
const MAX_FEATURE = 200;
/** Characters of a name; the rest is cut. */
const MAX_NAME = 200;

export function readRoomInfo(result: Stanza): RoomInfo {
  const query = result.getChild("query", NS.discoInfo);
  const features = (query?.getChildren("feature") ?? [])
    .slice(0, MAX_FEATURES)
    .map(({ attrs }) => String(attrs["var"]))
    .filter(({ length }) => length <= MAX_FEATURE);
  const identities = query?.getChildren("identity") ?? [];
  const identity = identities.find(({ attrs }) => attrs["category"] === "conference");
  const name = copy(String(identity?.attrs["name"] ?? "").slice(0, MAX_NAME));
  return { name, features: new Set(features.map(copy)) };
}
