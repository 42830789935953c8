import type { SearchClient } from 'algoliasearch';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/foundation/clock.ts';
import { toDeletion } from '../../../../core/records/pick-records.ts';
import type { RecordDestination } from '../../../../core/runs/ports.ts';
import { startLocalIndex, startProxy } from './local-index.ts';
import { batchOf, openAt, signal } from './open.ts';
import { startSearchService } from './search-service.ts';

const record = (objectID: string, by: string) => `{"objectID":"${objectID}","by":"${by}"}`;

async function write(destination: RecordDestination, ...records: string[]) {
  const receipt = await destination.write(batchOf(...records), signal);
  await destination.waitForPublication(receipt.publications, signal);
  return receipt;
}

async function fill(client: SearchClient, ...objectIDs: string[]): Promise<void> {
  const objects = objectIDs.map((objectID) => ({ objectID, by: 'owner' }));
  for (const { taskID } of await client.saveObjects({ indexName: 'shop', objects })) {
    await client.waitForTask({ indexName: 'shop', taskID });
  }
}

async function stored(client: SearchClient): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await client.browseObjects({
    indexName: 'shop',
    aggregator: ({ hits }) => {
      for (const { objectID, ...rest } of hits) found[objectID] = (rest as Record<string, unknown>)['by'];
    },
  });
  return found;
}

describe('append', () => {
  it('adds what the index does not have, leaves alone what it has, and counts both', async () => {
    const { url, client } = await startLocalIndex();
    await fill(client, 'a', 'c');
    const destination = openAt(url, { action: 'append', clock: systemClock });
    const receipt = await write(destination, ...['a', 'b', 'c', 'd'].map((id) => record(id, 'run')));
    expect(receipt).toMatchObject({ accepted: 2, unchanged: 2, rejected: [] });
    expect(await stored(client)).toEqual({ a: 'owner', b: 'run', c: 'owner', d: 'run' });
  });

  it('removes nothing where the source has a record no more, and says that it did not', async () => {
    const { url, client } = await startLocalIndex();
    await fill(client, 'a');
    const destination = openAt(url, { action: 'append', clock: systemClock });
    const gone = toDeletion(['a', 'b'], { cursor: {}, sourceBytesRead: 0 });
    expect(await destination.write(gone, signal)).toMatchObject({
      accepted: 0,
      unchanged: 2,
      publications: [],
    });
    expect(await stored(client)).toEqual({ a: 'owner' });
  });

  it('makes an index that is not there, and a repeat in another process adds nothing', async () => {
    const { url, client } = await startLocalIndex();
    const open = () => openAt(url, { action: 'append', clock: systemClock });
    expect(await write(open(), record('a', 'first'))).toMatchObject({ accepted: 1, unchanged: 0 });
    expect(await write(open(), record('a', 'again'))).toMatchObject({ accepted: 0, unchanged: 1 });
    expect(await stored(client)).toEqual({ a: 'first' });
  });

  it('keeps the first record of an id, in one batch and while an earlier one is not published', async () => {
    const { url, client } = await startLocalIndex({ publishLagMs: 200 });
    const destination = openAt(url, { action: 'append', clock: systemClock });
    const first = await destination.write(batchOf(record('a', 'first'), record('a', 'second')), signal);
    expect(first).toMatchObject({ accepted: 1, unchanged: 1 });
    const second = await destination.write(batchOf(record('a', 'third'), record('b', 'first')), signal);
    expect(second).toMatchObject({ accepted: 1, unchanged: 1 });
    // Who waits for the second batch waits for the record that stands in its place.
    expect(second.publications).toEqual([...first.publications, expect.any(Number)]);
    await destination.waitForPublication(second.publications, signal);
    expect(await stored(client)).toEqual({ a: 'first', b: 'first' });
    expect(await write(destination, record('a', 'fourth'))).toMatchObject({
      accepted: 0,
      unchanged: 1,
      publications: [],
    });
  });

  it('looks up batches of more records than one request may ask for', async () => {
    const { url, client } = await startLocalIndex();
    const ids = Array.from({ length: 2100 }, (_, number) => `id-${number}`);
    await fill(client, ...ids.filter((_, number) => number % 3 === 0));
    const destination = openAt(url, { action: 'append', clock: systemClock });
    const receipt = await write(destination, ...ids.map((id) => record(id, 'run')));
    expect(receipt).toMatchObject({ accepted: 1400, unchanged: 700 });
    const owners = Object.values(await stored(client)).filter((by) => by === 'owner');
    expect(owners).toHaveLength(700);
  });

  it('counts a record as rejected that the index refuses', async () => {
    const { url, client } = await startLocalIndex({ refuseObjectIDs: '^b$' });
    await fill(client, 'a');
    const destination = openAt(url, { action: 'append', clock: systemClock });
    const receipt = await write(destination, ...['a', 'b', 'c'].map((id) => record(id, 'run')));
    expect(receipt).toMatchObject({ accepted: 1, unchanged: 1, rejected: [{ objectID: 'b' }] });
  });

  it('adds the next record of an id when the first is refused, and counts each of them once', async () => {
    const { url, client } = await startLocalIndex();
    const destination = openAt(url, { action: 'append', clock: systemClock, maxRecordBytes: 60 });
    const receipt = await write(
      destination,
      record('a', 'x'.repeat(60)),
      record('a', 'run'),
      record('a', 'late'),
    );
    expect(receipt).toMatchObject({ accepted: 1, unchanged: 1, rejected: [{ objectID: 'a' }] });
    expect(await stored(client)).toEqual({ a: 'run' });
  });

  it('says that its key needs the right to look records up', async () => {
    const service = await startSearchService();
    service.script = [{ status: 403, body: { message: 'Method not allowed with this API key' } }];
    const destination = openAt(service.url, { action: 'append' });
    await expect(destination.write(batchOf('{"objectID":"a"}'), signal)).rejects.toMatchObject({
      code: 'destination.forbidden',
      message: expect.stringContaining('for append also search'),
    });
    expect(service.applied).toEqual([]);
  });
});

/** What one run appends, a part of which the index has and a part of which comes twice. */
async function appendTwice(url: string, given: AbortSignal): Promise<void> {
  const destination = openAt(url, { action: 'append', clock: systemClock });
  for (const part of [
    [record('a', 'run'), record('b', 'first'), record('b', 'second')],
    [record('b', 'third'), record('c', 'first')],
  ]) {
    const { publications } = await destination.write(batchOf(...part), given);
    await destination.waitForPublication(publications, given);
  }
}

/** Appends until the request of that number, dies there, and appends again. */
async function appendDying(crashAt: number, when: 'before' | 'after') {
  const { url, client } = await startLocalIndex({ publishLagMs: 20 });
  await fill(client, 'a');
  const crash = new AbortController();
  const proxy = await startProxy(url, (number, at) => {
    if (number === crashAt && at === when) crash.abort(new Error('died'));
  });
  const died = await appendTwice(proxy.url, crash.signal).then(
    () => false,
    (error: Error) => error.message === 'died',
  );
  if (died) await appendTwice(url, signal);
  return { died, records: await stored(client) };
}

describe('a worker that dies at a request of an append', () => {
  it.each(['before', 'after'] as const)(
    '%s it leaves a next one to end with the same index',
    async (when) => {
      const ends: Awaited<ReturnType<typeof appendDying>>[] = [];
      while (ends.at(-1)?.died !== false) ends.push(await appendDying(ends.length + 1, when));
      // Two look-ups, two writes, and what waits for each.
      expect(ends.length).toBeGreaterThan(6);
      const records = { a: 'owner', b: 'first', c: 'first' };
      expect(ends.map((end) => end.records)).toEqual(ends.map(() => records));
    },
  );
});

describe('partialNoCreate', () => {
  it('updates the records that are there and creates none', async () => {
    const { url, client } = await startLocalIndex();
    await fill(client, 'a');
    const destination = openAt(url, { action: 'partialNoCreate', clock: systemClock });
    expect(await write(destination, record('a', 'run'), record('b', 'run'))).toMatchObject({ accepted: 2 });
    expect(await stored(client)).toEqual({ a: 'run' });
  });
});
