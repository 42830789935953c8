import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { indexNames, readIndex, startLocalIndex } from './local-index.ts';
import { API_KEY, batchOf, numberedRecords, openAt, signal } from './open.ts';

describe('writing to the local index', () => {
  it('keeps every byte of a record', async () => {
    const { url } = await startLocalIndex();
    const destination = openAt(url, { clock: systemClock });
    const record = '{"objectID":"a","price":1.50,"big":12345678901234567890,"text":"日本 🍏 \\u00e9"}';

    const { publications } = await destination.write(batchOf(record), signal);
    await destination.waitForPublication(publications, signal);

    const response = await fetch(`${url}/1/indexes/shop/a`, {
      headers: { 'x-algolia-application-id': 'APP', 'x-algolia-api-key': API_KEY },
    });
    const answer = await response.text();
    for (const value of ['"price":1.50', '"big":12345678901234567890', '"text":"日本 🍏 \\u00e9"']) {
      expect(answer).toContain(value);
    }
  });

  it('is done when what was written can be found', async () => {
    const { url, client } = await startLocalIndex({ publishLagMs: 150 });
    const destination = openAt(url, { clock: systemClock });

    const { publications } = await destination.write(batchOf(...numberedRecords(5)), signal);
    expect(await indexNames(client)).toEqual([]);
    await destination.waitForPublication(publications, signal);

    expect((await readIndex(client)).objectIDs).toHaveLength(5);
    expect(await destination.countRecords(signal)).toEqual({ written: 0, live: 5 });
  });

  it('leaves attributes alone that a partial update does not name', async () => {
    const { url, client } = await startLocalIndex();
    const [saved] = await client.saveObjects({
      indexName: 'shop',
      objects: [{ objectID: 'a', name: 'n', price: 1 }],
    });
    await client.waitForTask({ indexName: 'shop', taskID: saved?.taskID ?? 0 });
    const destination = openAt(url, { action: 'partial', clock: systemClock });

    const { publications } = await destination.write(
      batchOf('{"objectID":"a","price":2}', '{"objectID":"b","price":3}'),
      signal,
    );
    await destination.waitForPublication(publications, signal);

    expect(await client.getObject({ indexName: 'shop', objectID: 'a' })).toMatchObject({
      name: 'n',
      price: 2,
    });
    expect(await client.getObject({ indexName: 'shop', objectID: 'b' })).toMatchObject({ price: 3 });
  });

  it.each([false, true])(
    'applies all but the records it refuses, once, through faults (bare errors: %s)',
    async (bareErrors) => {
      const { url, client } = await startLocalIndex({
        bareErrors,
        maxRecordBytes: 500,
        refuseObjectIDs: '^(7|8|41)$',
        failNextWrites: ['429', '503', 'reset-before', 'reset-after'],
      });
      const records = numberedRecords(60);
      for (const big of [0, 20, 59])
        records[big] = `{"objectID":"${big}","description":"${'é'.repeat(300)}"}`;
      const destination = openAt(url);

      const receipt = await destination.write(batchOf(...records), signal);
      await openAt(url, { clock: systemClock }).waitForPublication(receipt.publications, signal);

      expect(receipt.accepted).toBe(54);
      expect(receipt.rejected.map(({ objectID, code }) => [objectID, code])).toEqual([
        ['0', 'record.too_big'],
        ['7', 'record.refused'],
        ['8', 'record.refused'],
        ['20', 'record.too_big'],
        ['41', 'record.refused'],
        ['59', 'record.too_big'],
      ]);
      expect((await readIndex(client)).objectIDs).toHaveLength(54);
    },
  );

  it('with a wrong key ends with what to check', async () => {
    const { url } = await startLocalIndex();
    const destination = openAt(url, { apiKey: new Secret('wrong-key') });

    await expect(destination.write(batchOf('{"objectID":"a"}'), signal)).rejects.toMatchObject({
      code: 'destination.forbidden',
      disposition: 'fatal',
    });
    await expect(
      openAt(url, { apiKey: new Secret('wrong'), action: 'replace' }).prepare(signal),
    ).rejects.toThrow('listIndexes');
  });
});
