import type { PageRequest, SortOrder } from '../foundation/pagination.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { KeyRange } from './key-range.ts';
import { KeyStream } from './key-stream.ts';

/** A part of a list: keys that lie in order in one range, and how many they are. */
export interface ListPart {
  readonly range: KeyRange;
  readonly count: number;
  /** Parts are ordered by rank; those of one rank are merged by their keys. */
  readonly rank: string;
  /** Keys that it refuses are no part of the list. */
  readonly accepts?: ((key: string) => boolean) | undefined;
}

/**
 * The keys of a page. Whole ranks before the page are passed over by their counts; page 1 reads at most a page's keys of
 * each part of the ranks that it shows, later pages also read the keys before them in their first rank.
 */
export async function readPage(
  table: TableAccess,
  parts: readonly ListPart[],
  request: PageRequest & { readonly order: SortOrder },
): Promise<string[]> {
  const descending = request.order === 'desc';
  const keys: string[] = [];
  let skip = (request.page - 1) * request.itemsPerPage;
  for (const rank of ranksOf(parts, descending)) {
    const members = parts.filter((part) => part.rank === rank && part.count > 0);
    const count = members.reduce((sum, part) => sum + part.count, 0);
    if (skip >= count) skip -= count;
    else {
      const take = request.itemsPerPage - keys.length;
      keys.push(...(await merge(table, members, { skip, take, descending })));
      skip = 0;
    }
    if (keys.length >= request.itemsPerPage) break;
  }
  return keys;
}

function ranksOf(parts: readonly ListPart[], descending: boolean): string[] {
  const ranks = [...new Set(parts.map(({ rank }) => rank))].toSorted();
  return descending ? ranks.toReversed() : ranks;
}

async function merge(
  table: TableAccess,
  parts: readonly ListPart[],
  { skip, take, descending }: { skip: number; take: number; descending: boolean },
): Promise<string[]> {
  let streams = parts.map(({ range, count, accepts }) => {
    // A range whose keys are not all accepted has more keys than the part counts.
    const wanted = accepts ? skip + take : Math.min(skip + take, count);
    return new KeyStream(table, range, { descending, wanted, accepts });
  });
  // The first chunks are read side by side; later ones as they are needed.
  await Promise.all(streams.map((stream) => stream.peek()));
  const keys: string[] = [];
  for (let position = 0; position < skip + take; position += 1) {
    const next = await nextOf(streams, descending);
    if (next === undefined) break;
    if (position >= skip) keys.push(next.key);
    next.stream.advance();
    streams = next.open;
  }
  return keys;
}

async function nextOf(
  streams: readonly KeyStream[],
  descending: boolean,
): Promise<{ key: string; stream: KeyStream; open: KeyStream[] } | undefined> {
  let best: { key: string; bytes: Buffer; stream: KeyStream } | undefined;
  const open: KeyStream[] = [];
  for (const stream of streams) {
    const head = await stream.peek();
    if (head === undefined) continue;
    open.push(stream);
    const comparison = best === undefined ? -1 : Buffer.compare(head.bytes, best.bytes);
    if (best === undefined || (descending ? comparison > 0 : comparison < 0)) best = { ...head, stream };
  }
  return best === undefined ? undefined : { key: best.key, stream: best.stream, open };
}

/** Keys end with the id of what they stand for. */
export function idOfKey(key: string): string {
  return key.slice(key.lastIndexOf('#') + 1);
}
