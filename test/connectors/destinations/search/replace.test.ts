import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/foundation/clock.ts';
import type { RecordDestination } from '../../../../core/runs/ports.ts';
import { fillLiveIndex, indexNames, readIndex, startLocalIndex, startProxy } from './local-index.ts';
import { batchOf, openAt, signal } from './open.ts';

const replace = { action: 'replace', clock: systemClock } as const;
const BELONGINGS = [['name'], { a: 1 }, ['rule'], ['synonym']];

async function fill(destination: RecordDestination, ...objectIDs: string[]): Promise<void> {
  const batch = batchOf(...objectIDs.map((objectID) => `{"objectID":"${objectID}","group":1}`));
  const { publications } = await destination.write(batch, signal);
  await destination.waitForPublication(publications, signal);
}

describe('a replace run', () => {
  it('shows the old index until it is published, then exactly the new records with all that belongs to the index', async () => {
    const { url, client } = await startLocalIndex({ publishLagMs: 20 });
    await fillLiveIndex(client);
    const destination = openAt(url, replace);

    await destination.prepare(signal);
    await fill(destination, 'a', 'b');
    await fill(destination, 'c');

    expect(await readIndex(client)).toEqual({ objectIDs: ['old'], belongings: BELONGINGS });
    // `distinct` makes a search of the index find one of the three.
    expect(await destination.countRecords(signal)).toEqual({ written: 3, live: 1 });

    await destination.publish(signal, { records: 3, mayBeMoved: false });

    expect(await readIndex(client)).toEqual({ objectIDs: ['a', 'b', 'c'], belongings: BELONGINGS });
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('keeps what the owner of the index changed while it was running', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a');

    const { taskID } = await client.setSettings({
      indexName: 'shop',
      indexSettings: { searchableAttributes: ['title'] },
    });
    await client.waitForTask({ indexName: 'shop', taskID });
    await destination.publish(signal, { records: 1, mayBeMoved: false });

    expect((await readIndex(client)).belongings[0]).toEqual(['title']);
  });

  it('makes the index when there is none', async () => {
    const { url, client } = await startLocalIndex();
    const destination = openAt(url, replace);

    await destination.prepare(signal);
    await fill(destination, 'a');
    expect(await destination.countRecords(signal)).toEqual({ written: 1, live: 0 });
    await destination.publish(signal, { records: 1, mayBeMoved: false });

    expect((await readIndex(client)).objectIDs).toEqual(['a']);
  });

  it('that is taken up by another worker keeps what the first one wrote', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const first = openAt(url, replace);
    await first.prepare(signal);
    await fill(first, 'a');

    const second = openAt(url, replace);
    await second.prepare(signal);
    await fill(second, 'b');
    await second.publish(signal, { records: 2, mayBeMoved: false });

    expect(await readIndex(client)).toEqual({ objectIDs: ['a', 'b'], belongings: BELONGINGS });
  });

  it('that was published changes nothing when it is published again, by the same or another worker', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a');

    await destination.publish(signal, { records: 1, mayBeMoved: false });
    await destination.publish(signal, { records: 1, mayBeMoved: true });
    await openAt(url, replace).publish(signal, { records: 1, mayBeMoved: true });

    expect(await readIndex(client)).toEqual({ objectIDs: ['a'], belongings: BELONGINGS });
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('without records, which a person wants, is moved by the next worker when the first did not come to it', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    await openAt(url, replace).prepare(signal);

    await openAt(url, replace).publish(signal, { records: 0, mayBeMoved: true });

    expect((await readIndex(client)).objectIDs).toEqual([]);
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('whose move is still queued when another worker publishes again is not moved as an empty shell', async () => {
    const { url, client, faults } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a', 'b');

    faults.publishLagMs = 300;
    await client.operationIndex({
      indexName: 'shop_tmp_run-1',
      operationIndexParams: { operation: 'move', destination: 'shop' },
    });
    await openAt(url, replace).publish(signal, { records: 2, mayBeMoved: true });

    expect(await readIndex(client)).toEqual({ objectIDs: ['a', 'b'], belongings: BELONGINGS });
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('begun anew fills another temporary index, and removes what an earlier one holds', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a', 'b');

    destination.useGeneration?.(1);
    await destination.discard(signal);
    await destination.prepare(signal);
    await fill(destination, 'c');
    expect(await destination.countRecords(signal)).toMatchObject({ written: 1 });
    // A batch of the earlier reading that arrives now.
    await fill(openAt(url, replace), 'a');
    await destination.publish(signal, { records: 1, mayBeMoved: false });
    expect((await readIndex(client)).objectIDs).toEqual(['c']);

    await destination.discard(signal);
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('whose temporary index was removed fails and leaves the old index', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a');

    const { taskID } = await client.deleteIndex({ indexName: 'shop_tmp_run-1' });
    await client.waitForTask({ indexName: 'shop', taskID });

    await expect(destination.publish(signal, { records: 1, mayBeMoved: false })).rejects.toMatchObject({
      code: 'destination.temporary_index_lost',
      disposition: 'fatal',
    });
    expect(await readIndex(client)).toEqual({ objectIDs: ['old'], belongings: BELONGINGS });
  });

  it('whose temporary index was made anew by a late batch does not put that over what it published', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a', 'b');
    await destination.publish(signal, { records: 2, mayBeMoved: false });
    await fill(openAt(url, replace), 'late');

    await openAt(url, replace).publish(signal, { records: 2, mayBeMoved: true });

    expect((await readIndex(client)).objectIDs).toEqual(['a', 'b']);
    expect(await indexNames(client)).toEqual(['shop']);
  });

  it('whose temporary index was not moved, and got more records since, is not taken for moved because the old one is as large', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a');
    await fill(openAt(url, replace), 'late');

    await expect(
      openAt(url, replace).publish(signal, { records: 1, mayBeMoved: true }),
    ).rejects.toMatchObject({ code: 'destination.temporary_index_changed' });

    expect((await readIndex(client)).objectIDs).toEqual(['old']);
  });

  it('whose temporary index changed since it was checked fails and leaves the old index', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a', 'b');

    await expect(destination.publish(signal, { records: 3, mayBeMoved: false })).rejects.toMatchObject({
      code: 'destination.temporary_index_changed',
      disposition: 'fatal',
    });
    expect((await readIndex(client)).objectIDs).toEqual(['old']);
  });

  it('tells on how many records each attribute is, of the new index and the live one', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a', 'b');

    const samples = await destination.sampleAttributes(signal);

    expect(samples?.written.records).toBe(2);
    expect(Object.fromEntries(samples?.written.attributes ?? [])).toEqual({ objectID: 2, group: 2 });
    expect(Object.fromEntries(samples?.live.attributes ?? [])).toEqual({ objectID: 1, name: 1 });
  });

  it('that is discarded leaves nothing but the old index, however often', async () => {
    const { url, client } = await startLocalIndex();
    await fillLiveIndex(client);
    const destination = openAt(url, replace);
    await destination.prepare(signal);
    await fill(destination, 'a');

    await destination.discard(signal);
    await destination.discard(signal);

    expect(await indexNames(client)).toEqual(['shop']);
    expect((await readIndex(client)).objectIDs).toEqual(['old']);
  });

  it.each(['before', 'after'] as const)(
    'whose worker dies %s any of its requests is finished by another one',
    async (when) => {
      const outcomes = [];
      for (let crashAt = 1; outcomes.at(-1)?.died !== false; crashAt += 1) {
        outcomes.push(await runWithCrash(crashAt, when));
      }

      expect(outcomes.length).toBeGreaterThan(10);
      for (const [index, outcome] of outcomes.entries()) {
        expect(outcome, `crash ${when} request ${index + 1}`).toMatchObject({
          counted: { written: 2, live: 1 },
          objectIDs: ['a', 'b'],
          belongings: BELONGINGS,
          names: ['shop'],
        });
      }
    },
  );
});

/** A worker that dies at one of its requests, then another that goes on where the first one's state says. */
async function runWithCrash(crashAt: number, when: 'before' | 'after') {
  const { url, client } = await startLocalIndex();
  await fillLiveIndex(client);
  const crash = new AbortController();
  const proxy = await startProxy(url, (number, at) => {
    if (number === crashAt && at === when) crash.abort(new Error('died'));
  });
  let counted: unknown;
  const work = async (destination: RecordDestination, given: AbortSignal) => {
    if (counted === undefined) {
      await destination.prepare(given);
      const { publications } = await destination.write(
        batchOf('{"objectID":"a"}', '{"objectID":"b"}'),
        given,
      );
      await destination.waitForPublication(publications, given);
      counted = await destination.countRecords(given);
    }
    await destination.publish(given, { records: 2, mayBeMoved: given === signal });
  };
  const died = await work(openAt(proxy.url, replace), crash.signal).then(
    () => false,
    (error: Error) => error.message === 'died',
  );
  if (died) await work(openAt(url, replace), signal);
  return { died, counted, names: await indexNames(client), ...(await readIndex(client)) };
}
