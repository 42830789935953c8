import { AlgoliaError } from '../algolia-error.ts';
import type { Faults } from '../faults.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { BatchAction } from './write.ts';

const SIZE_PAGE =
  'https://www.algolia.com/doc/guides/sending-and-managing-data/prepare-your-data/in-depth/index-and-records-size-and-usage-limitations/#record-size-limits';

/** Throws Algolia's 400 if the action's record cannot be taken; the whole batch is refused then. */
export function checkRecord(action: BatchAction, position: number, faults: Faults): void {
  if (action.action === 'delete' || action.action === 'clear') return;
  const { objectID, record } = action;
  if (objectID === '') throw createError('has an empty objectID', '', { position, faults });
  if (action.action !== 'deleteObject' && record.length > faults.maxRecordBytes) {
    const sizes = `size=${record.length}/${faults.maxRecordBytes} bytes`;
    throw createError(`is too big ${sizes}. Please have a look at ${SIZE_PAGE}`, objectID, {
      position,
      faults,
    });
  }
  if (faults.refuseObjectIDs !== null && new RegExp(faults.refuseObjectIDs, 'u').test(objectID)) {
    throw createError('is refused', objectID, { position, faults });
  }
}

function createError(
  problem: string,
  objectID: string,
  { position, faults }: { position: number; faults: Faults },
): AlgoliaError {
  const extra: JsonObject = faults.bareErrors ? {} : { position, objectID };
  return new AlgoliaError(400, `Record at the position ${position} objectID=${objectID} ${problem}`, extra);
}
