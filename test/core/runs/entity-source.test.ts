import { describe, expect, test } from 'vitest';

import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import { createEntitySource } from '../../../core/runs/entity-source.ts';
import type { RecordSource } from '../../../core/runs/ports.ts';
import { FakeSource, type SourceEntry } from '../../support/fake-source.ts';
import { recordsOf, toBatch } from '../../support/record-batches.ts';

const NEVER = new AbortController().signal;

interface Seen {
  readonly written: string[];
  readonly deleted: string[];
  readonly rejected: (string | undefined)[];
  readonly cursors: Cursor[];
}

async function read(source: RecordSource, entityIDs: string[], cursor?: Cursor): Promise<Seen> {
  const seen: Seen = { written: [], deleted: [], rejected: [], cursors: [] };
  for await (const batch of createEntitySource(source, entityIDs).read(cursor, NEVER)) {
    const ids = recordsOf(batch).map(({ objectID }) => objectID);
    (batch.isDeletion === true ? seen.deleted : seen.written).push(...ids);
    seen.rejected.push(...batch.rejected.map(({ objectID }) => objectID));
    seen.cursors.push(batch.cursor);
    batch.release?.();
  }
  return seen;
}

const entries = (...ids: string[]): SourceEntry[] =>
  ids.map((objectID) => ({ objectID, name: `the ${objectID}` }));

describe('the named records of a source that is read whole', () => {
  test('are all that is written, and those that it does not have are deleted', async () => {
    const source = new FakeSource(entries('a', 'b', 'c', 'd', 'e'));
    const { written, deleted } = await read(source, ['d', 'gone', 'a', '"quoted" ä']);
    expect(written).toEqual(['a', 'd']);
    expect(deleted).toEqual(['gone', '"quoted" ä']);
  });

  test('keep their bytes and their places', async () => {
    const source = new FakeSource(entries('a', 'b', 'c'));
    source.batchSize = 3;
    const batches: RecordBatch[] = [];
    for await (const batch of createEntitySource(source, ['c', 'b']).read(undefined, NEVER))
      batches.push(batch);
    const [first] = batches;
    expect(first && recordsOf(first)).toEqual([
      { objectID: 'b', name: 'the b' },
      { objectID: 'c', name: 'the c' },
    ]);
    expect([...(first?.positions ?? [])]).toEqual([2, 3]);
  });

  test('are the same from whichever cursor on', async () => {
    const source = new FakeSource(entries('a', 'b', 'c', 'd', 'e', 'f'));
    const ids = ['a', 'gone', 'e'];
    const whole = await read(source, ids);
    for (const [index, cursor] of whole.cursors.entries()) {
      const rest = await read(source, ids, cursor);
      const isDone = index === whole.cursors.length - 1;
      expect(rest.deleted).toEqual(isDone ? [] : ['gone']);
      expect(rest.written).toEqual(index < 2 ? ['e'] : []);
    }
  });

  test('fit into a cursor however many they are', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `record-${index}`);
    const { cursors } = await read(new FakeSource(entries(...ids)), ids);
    for (const cursor of cursors) expect(JSON.stringify(cursor).length).toBeLessThan(4_096);
  });

  test('are not deleted where they may be among those that could not be read', async () => {
    const unreadable: SourceEntry = {
      rejected: { position: 2, code: 'json.broken', message: 'It is broken.' },
    };
    const source = new FakeSource([...entries('a'), unreadable, ...entries('c')]);
    const seen = await read(source, ['a', 'missing']);
    expect(seen).toMatchObject({ written: ['a'], deleted: [], rejected: ['missing'] });
  });

  test('are not deleted when they were refused by name, and other records’ faults are none of theirs', async () => {
    const refused = (objectID: string): SourceEntry => ({
      rejected: { position: 1, objectID, code: 'csv.bad_number', message: 'It is no number.' },
    });
    const seen = await read(new FakeSource([refused('a'), refused('other'), ...entries('b')]), [
      'a',
      'b',
      'gone',
    ]);
    expect(seen).toMatchObject({ written: ['b'], deleted: ['gone'], rejected: ['a'] });
  });

  test('are not deleted when the source fails before its end', async () => {
    const source = new FakeSource(entries('a', 'b', 'c', 'd'));
    source.beforeBatch = (position) => {
      if (position === 2) throw new Error('cut off');
    };
    const deletions: RecordBatch[] = [];
    const reading = async () => {
      for await (const batch of createEntitySource(source, ['d']).read(undefined, NEVER)) {
        if (batch.isDeletion === true) deletions.push(batch);
      }
    };
    await expect(reading()).rejects.toThrow('cut off');
    expect(deletions).toEqual([]);
  });
});

test('a source that can be asked for single records is asked for these alone', async () => {
  const asked: (readonly string[])[] = [];
  const source: RecordSource = {
    // oxlint-disable-next-line require-yield -- it must not be read
    async *read() {
      throw new Error('The whole source was read');
    },
    async *readEntities(entityIDs) {
      asked.push(entityIDs);
      yield toBatch([{ objectID: 'a' }]);
    },
  };
  expect(await read(source, ['a', 'gone'])).toMatchObject({ written: ['a'], deleted: ['gone'] });
  expect(asked).toEqual([['a', 'gone']]);
});
