/** People who were carried over of late, by the names that they were given. */
import { BoundedMap } from "@seabird-chat/sdk";

/** The one who was silent for longest is forgotten. */
const MAX_AUTHORS = 10_000;

export interface CarriedAuthor {
  /** As it was shown. */
  readonly name: string;
  /** Absolute. */
  readonly id: string;
  /** Where they spoke. */
  readonly channelId: string;
}

export class RecentAuthors {
  readonly #authors = new BoundedMap<string, CarriedAuthor>(MAX_AUTHORS);

  note(author: CarriedAuthor): void {
    this.#authors.set(`${author.channelId} ${author.id}`, author);
  }

  /** Where they spoke, each once. */
  channels(): ReadonlySet<string> {
    return new Set(this.#authors.values().map(({ channelId }) => channelId));
  }

  /** Of a name with or without what the bridge adds, among those who spoke in these channels; the latest first. */
  find(name: string, channels: ReadonlySet<string>): readonly CarriedAuthor[] {
    const wanted = comparable(name);
    if (wanted === "") return [];
    const others = [...this.#authors.values()]
      .filter(({ channelId }) => channels.has(channelId))
      .reverse();
    const exact = others.filter((each) => comparable(each.name) === wanted);
    if (exact.length > 0) return exact;
    return others.filter((each) => comparable(each.name).startsWith(`${wanted} `));
  }
}

/** As it is read aloud: without signs of no width, brackets around it, and case. */
function comparable(name: string): string {
  return name
    .replace(/\p{Cf}/gu, "")
    .replace(/^[<@\s]+|(?<![>:\s])[>:\s]+$/g, "")
    .toLowerCase();
}
