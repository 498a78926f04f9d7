/** The channels of one backend or of all, as core knows them. */
import type { Clients } from "./clients.ts";

/** Backends that are asked at once. */
const MAX_QUERIES = 8;

export interface ChannelRow {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
}

export async function collectChannels({ seabird }: Clients, id?: string): Promise<ChannelRow[]> {
  if (id !== undefined) return await channelsOf(seabird, id);
  const { backends } = await seabird.listBackends({});
  const found = await inGroups(backends, ({ id: each }) =>
    channelsOf(seabird, each).catch(async (error: unknown) => {
      const { Code, ConnectError } = await import("@connectrpc/connect");
      // It has gone since core listed it.
      if (ConnectError.from(error).code === Code.NotFound) return [];
      throw error;
    }),
  );
  return found.flat();
}

async function channelsOf(seabird: Clients["seabird"], backendId: string): Promise<ChannelRow[]> {
  const { channels } = await seabird.listChannels({ backendId });
  return channels.map(({ id, displayName: name, topic }) => ({ id, name, topic }));
}

/** Asks about `MAX_QUERIES` at once. */
export async function inGroups<Asked, Answer>(
  all: readonly Asked[],
  ask: (each: Asked) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < all.length; from += MAX_QUERIES) {
    answers.push(...(await Promise.all(all.slice(from, from + MAX_QUERIES).map(ask))));
  }
  return answers;
}
