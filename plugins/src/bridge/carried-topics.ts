/** Topics that the bridge has set, so that what a network makes of one does not come back to the others. */
import { plainLine } from "./shown-name.ts";

export class CarriedTopics {
  /** By channel, of the links; the last one. */
  readonly #topics = new Map<string, string>();

  carried(channelId: string, topic: string): void {
    this.#topics.set(channelId, topic);
  }

  /** Also one that the network has cut to its length: the others keep the whole one. */
  isOurs(channelId: string, topic: string): boolean {
    const whole = this.#topics.get(channelId);
    if (whole === undefined) return false;
    const isBeginning = topic.trim() !== "" && comparable(whole).startsWith(comparable(topic));
    if (whole === topic || isBeginning) return true;
    this.#topics.delete(channelId);
    return false;
  }
}

function comparable(topic: string): string {
  return plainLine(topic).trim();
}
