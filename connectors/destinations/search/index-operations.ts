import {
  anyObjectSchema,
  browseAnswerSchema,
  idPageSchema,
  indexListSchema,
  objectsAnswerSchema,
  taskAnswerSchema,
  taskStatusSchema,
} from './search-answers.ts';
import { MissingIndexError } from './search-failures.ts';
import type { SearchTransport } from './search-transport.ts';

interface BatchRequestBody {
  readonly bytes: Uint8Array;
  /** As in `SearchRequest.onBodyFree`. */
  readonly onFree: () => void;
}

/** The operations of the Search API that this connector uses, each asked once and answered with what to wait for. */
export interface IndexOperations {
  writeBatch(indexName: string, body: BatchRequestBody, signal: AbortSignal): Promise<number>;
  isPublished(indexName: string, taskID: number, signal: AbortSignal): Promise<boolean>;
  exists(indexName: string, signal: AbortSignal): Promise<boolean>;
  /** Copies settings, rules and synonyms; records of the target stay. */
  copyScopes(pair: { from: string; to: string }, signal: AbortSignal): Promise<number>;
  /** Renames `from` to `to`, which it replaces. The service silently ignores a missing `from`. */
  move(pair: { from: string; to: string }, signal: AbortSignal): Promise<number>;
  /** `undefined` when there was no such index. */
  remove(indexName: string, signal: AbortSignal): Promise<number | undefined>;
  /** Which of these records the index has: what is published counts. */
  findExisting(indexName: string, objectIDs: readonly string[], signal: AbortSignal): Promise<string[]>;
  /** How many records each named index holds, 0 for one that does not exist. */
  countEntries(indexNames: readonly string[], signal: AbortSignal): Promise<number[]>;
  /** A page of the ids of an index, in its own order, none for one that does not exist; the cursor leads to the next. */
  listIDs(indexName: string, cursor: string | undefined, signal: AbortSignal): Promise<IDPage>;
  /** The first records of an index, in its own order; none for one that does not exist. */
  readSome(indexName: string, limit: number, signal: AbortSignal): Promise<Record<string, unknown>[]>;
}

interface IDPage {
  readonly objectIDs: readonly string[];
  readonly cursor?: string | undefined;
}

const LIST_PAGE_SIZE = 1000;

/** Speaks the Search API's index operations over a transport. */
export function createIndexOperations(transport: SearchTransport): IndexOperations {
  const operate = async (indexName: string, operation: Record<string, unknown>, signal: AbortSignal) => {
    const path = `${indexPath(indexName)}/operation`;
    const body = JSON.stringify(operation);
    return (await transport.send({ method: 'POST', path, body, signal }, taskAnswerSchema)).taskID;
  };
  return {
    writeBatch: async (indexName, { bytes, onFree }, signal) => {
      const path = `${indexPath(indexName)}/batch`;
      const request = { method: 'POST', path, body: bytes, onBodyFree: onFree, signal } as const;
      return (await transport.send(request, taskAnswerSchema)).taskID;
    },
    isPublished: async (indexName, taskID, signal) => {
      const path = `${indexPath(indexName)}/task/${taskID}`;
      return (await transport.send({ method: 'GET', path, signal }, taskStatusSchema)).status === 'published';
    },
    exists: async (indexName, signal) => {
      const path = `${indexPath(indexName)}/settings`;
      return (
        (await unlessMissing(transport.send({ method: 'GET', path, signal }, anyObjectSchema))) !== undefined
      );
    },
    copyScopes: ({ from, to }, signal) =>
      operate(from, { operation: 'copy', destination: to, scope: ['settings', 'rules', 'synonyms'] }, signal),
    move: ({ from, to }, signal) => operate(from, { operation: 'move', destination: to }, signal),
    remove: async (indexName, signal) => {
      const path = indexPath(indexName);
      return (await unlessMissing(transport.send({ method: 'DELETE', path, signal }, taskAnswerSchema)))
        ?.taskID;
    },
    findExisting: (indexName, objectIDs, signal) => findExisting(transport, { indexName, objectIDs }, signal),
    countEntries: (indexNames, signal) => countEntries(transport, indexNames, signal),
    listIDs: (indexName, cursor, signal) => listIDs(transport, { indexName, cursor }, signal),
    readSome: async (indexName, limit, signal) => {
      const path = `${indexPath(indexName)}/browse`;
      const body = JSON.stringify({ hitsPerPage: limit, attributesToRetrieve: ['*'] });
      const answer = transport.send({ method: 'POST', path, body, signal }, browseAnswerSchema);
      return (await unlessMissing(answer))?.hits ?? [];
    },
  };
}

async function listIDs(
  transport: SearchTransport,
  { indexName, cursor }: { readonly indexName: string; readonly cursor: string | undefined },
  signal: AbortSignal,
): Promise<IDPage> {
  const path = `${indexPath(indexName)}/browse`;
  const from = cursor === undefined ? {} : { cursor };
  const body = JSON.stringify({ hitsPerPage: LIST_PAGE_SIZE, attributesToRetrieve: ['objectID'], ...from });
  const page = await unlessMissing(transport.send({ method: 'POST', path, body, signal }, idPageSchema));
  return { objectIDs: page?.hits.map(({ objectID }) => objectID) ?? [], cursor: page?.cursor };
}

/**
 * Reads `entries` of the index list. A search's `nbHits` would be no count: it can be an estimate, and a `distinct` or
 * filter in the index's own settings changes it.
 */
async function countEntries(
  transport: SearchTransport,
  indexNames: readonly string[],
  signal: AbortSignal,
): Promise<number[]> {
  const counts = new Map<string, number>();
  for (let page = 0; ; page += 1) {
    const path = `/1/indexes?page=${page}&hitsPerPage=${LIST_PAGE_SIZE}`;
    const list = await transport.send({ method: 'GET', path, signal }, indexListSchema);
    for (const { name, entries } of list.items) {
      if (indexNames.includes(name)) counts.set(name, entries);
    }
    const isLast = list.items.length === 0 || page + 1 >= (list.nbPages ?? 1);
    if (isLast || counts.size === indexNames.length) return indexNames.map((name) => counts.get(name) ?? 0);
  }
}

async function findExisting(
  transport: SearchTransport,
  { indexName, objectIDs }: { indexName: string; objectIDs: readonly string[] },
  signal: AbortSignal,
): Promise<string[]> {
  const requests = objectIDs.map((objectID) => ({
    indexName,
    objectID,
    attributesToRetrieve: ['objectID'],
  }));
  const body = JSON.stringify({ requests });
  const path = '/1/indexes/*/objects';
  const answer = transport.send({ method: 'POST', path, body, signal }, objectsAnswerSchema);
  const { results } = (await unlessMissing(answer)) ?? { results: [] };
  return results.flatMap((record) => (record === null ? [] : [record.objectID]));
}

async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MissingIndexError) return undefined;
    throw error;
  }
}

function indexPath(indexName: string): string {
  return `/1/indexes/${encodeURIComponent(indexName)}`;
}
