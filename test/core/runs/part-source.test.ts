import { describe, expect, test } from 'vitest';

import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { createPartSource } from '../../../core/runs/part-source.ts';
import { recordsOf, toBatch } from '../../support/record-batches.ts';

const NEVER = new AbortController().signal;

interface World {
  /** What the source gives for the entities asked for, as objectIDs. */
  readonly given: readonly string[];
  readonly rejected?: readonly RejectedRecord[];
  /** What the index holds of these entities. */
  readonly known: readonly string[];
}

async function read({ given, rejected = [], known }: World, cursor?: Cursor): Promise<RecordBatch[]> {
  const source = createPartSource(
    {
      async *readEntities(entityIDs) {
        expect(entityIDs).toEqual(['p1', 'p2']);
        yield toBatch(
          given.map((objectID) => ({ objectID })),
          { rejected: [...rejected] },
        );
      },
    },
    ['p1', 'p2'],
    async (entityIDs) => {
      expect([...entityIDs]).toEqual(['p1', 'p2']);
      return known;
    },
  );
  const batches: RecordBatch[] = [];
  for await (const batch of source.read(cursor, NEVER)) batches.push(batch);
  return batches;
}

function deletedOf(batches: readonly RecordBatch[]): string[] {
  return batches
    .filter(({ isDeletion }) => isDeletion === true)
    .flatMap((batch) => recordsOf(batch).map(({ objectID }) => objectID));
}

describe('the parts of named entities', () => {
  test('are all written, and those that only the index has are deleted', async () => {
    const batches = await read({ given: ['p1-a', 'p1-b'], known: ['p1-a', 'p1-gone', 'p2-gone'] });
    const [first] = batches;
    expect(first && recordsOf(first)).toEqual([{ objectID: 'p1-a' }, { objectID: 'p1-b' }]);
    expect(deletedOf(batches)).toEqual(['p1-gone', 'p2-gone']);
  });

  test('that the source names and cannot give stay in the index', async () => {
    const refused = { position: 1, objectID: 'p1-b', code: 'shop.bad_price', message: 'It has no price.' };
    const batches = await read({ given: ['p1-a'], rejected: [refused], known: ['p1-a', 'p1-b', 'p1-gone'] });
    expect(deletedOf(batches)).toEqual(['p1-gone']);
  });

  test('stay in the index where one that cannot be read may be any of them', async () => {
    const refused = { position: 1, code: 'shop.bad_answer', message: 'It cannot be read.' };
    const batches = await read({ given: ['p1-a'], rejected: [refused], known: ['p1-a', 'p1-b'] });
    expect(deletedOf(batches)).toEqual([]);
    expect(batches.at(-1)?.rejected).toMatchObject([{ objectID: 'p1-b', code: 'record.unclear' }]);
  });

  test('are asked for again by a worker that goes on, until all that is gone was deleted', async () => {
    const known = Array.from({ length: 2_500 }, (_, index) => `p1-${index}`);
    const world = { given: ['p2-a'], known };
    const batches = await read(world);
    expect(deletedOf(batches)).toEqual(known);
    expect(batches.map(({ count }) => count)).toEqual([1, 1_000, 1_000, 500]);
    for (const { cursor } of batches.slice(0, -1)) {
      expect(deletedOf(await read(world, cursor))).toEqual(known);
    }
    expect(await read(world, batches.at(-1)?.cursor)).toEqual([]);
  });
});
