import { entityOfPart } from '../../../core/records/part-id.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { IndexOperations } from './index-operations.ts';

/** They are all in memory. */
const MAX_PARTS = 100_000;

/**
 * The objectIDs of an index that stand for parts of these entities. The Search API finds no prefix of an objectID, so all of
 * them are looked through: one request per 1,000 records.
 */
export async function listParts(
  operations: IndexOperations,
  { indexName, entityIDs }: { readonly indexName: string; readonly entityIDs: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<string[]> {
  const parts: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await browse(operations, { indexName, cursor }, signal);
    for (const objectID of page.objectIDs) {
      const entityID = entityOfPart(objectID);
      if (entityID !== undefined && entityIDs.has(entityID)) parts.push(objectID);
    }
    if (parts.length > MAX_PARTS) {
      const message = `The index ${indexName} has more than ${MAX_PARTS} records of the entities that changed: run the whole task.`;
      throw new DestinationError('destination.too_many_parts', message);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return parts;
}

async function browse(
  operations: IndexOperations,
  { indexName, cursor }: { readonly indexName: string; readonly cursor: string | undefined },
  signal: AbortSignal,
) {
  try {
    return await operations.listIDs(indexName, cursor, signal);
  } catch (error) {
    if (!(error instanceof DestinationError) || error.code !== 'destination.forbidden') throw error;
    const message =
      `The API key may not browse the index ${indexName}, so it is not known which records of an entity that changed are ` +
      'gone: give the key the right browse.';
    throw new DestinationError(error.code, message, { cause: error });
  }
}
