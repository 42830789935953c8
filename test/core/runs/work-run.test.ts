import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { EngineWorld, records } from '../../support/engine-world.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const bad = { rejected: { position: 3, code: 'csv.bad_number', message: 'line 3: "x" is no number' } };

describe('replace', () => {
  it('puts a new index in the place of the old one', async () => {
    const world = new EngineWorld(table, { entries: records(7), live: [{ objectID: 'old' }] });
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({
      status: 'finished',
      outcome: 'success',
      reasonCode: 'ok',
      counts: { received: 7, applied: 7, unchanged: 0, rejected: 0 },
    });
    expect(run.settlement).toBeUndefined();
    expect(world.index.objectIDs).toEqual(records(7).map(({ objectID }) => objectID));
    expect(world.index.temporary.size).toBe(0);
    expect(world.bus).toMatchObject([{ runID: run.runID, outcome: 'success', reasonCode: 'ok' }]);
  });

  it('keeps the old index when the source has no records', async () => {
    const world = new EngineWorld(table, { live: [{ objectID: 'old' }] });
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'no_events' });
    expect(run.reason).toContain('left as it was');
    expect(world.index.objectIDs).toEqual(['old']);
  });

  it('keeps the old index when the new one holds fewer records than were sent', async () => {
    const world = new EngineWorld(table, { entries: records(6), live: [{ objectID: 'old' }] });
    world.index.fault = (step, when) => {
      if (step === 'count' && when === 'before') [...world.index.temporary.values()][0]?.delete('r0002');
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'lacking_events' });
    expect(world.index.objectIDs).toEqual(['old']);
  });

  it('keeps the old index and removes the temporary one when the source fails for good', async () => {
    const world = new EngineWorld(table, { entries: records(6), live: [{ objectID: 'old' }] });
    world.source.beforeBatch = (position) => {
      if (position === 4)
        throw new SourceError('source.not_found', 'There is no file at that address (404).');
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical', counts: { received: 4 } });
    expect(run.reason).toContain('404');
    expect(world.index.objectIDs).toEqual(['old']);
    expect(world.index.temporary.size).toBe(0);
    const critical = (await world.events(run)).filter(({ status }) => status === 'critical');
    expect(critical).toMatchObject([{ type: 'fetch', data: { code: 'source.not_found' } }]);
  });

  it('ends as critical when the swap is refused', async () => {
    const world = new EngineWorld(table, { entries: records(3), live: [{ objectID: 'old' }] });
    world.index.fault = (step) => {
      if (step === 'publish')
        throw new DestinationError('destination.forbidden', 'The API key may not do that.');
    };
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toContain('API key');
    expect(world.index.objectIDs).toEqual(['old']);
  });
});

describe('save and partial', () => {
  it('leaves the records that the source does not name', async () => {
    const world = new EngineWorld(table, { entries: records(3), live: [{ objectID: 'old' }] });
    const run = await world.startAndWork('save');
    expect(run.outcome).toBe('success');
    expect(world.index.objectIDs).toEqual(['old', 'r0001', 'r0002', 'r0003']);
  });

  it('sets the attributes named and keeps the others', async () => {
    const live = [{ objectID: 'r0001', name: 'kept', price: 1 }];
    const world = new EngineWorld(table, { entries: records(1, { price: 2 }), live });
    await world.startAndWork('partial');
    expect(world.index.live?.get('r0001')).toEqual({ objectID: 'r0001', name: 'kept', price: 2 });
  });

  it('succeeds with nothing to do when the source has no records', async () => {
    const world = new EngineWorld(table);
    expect(await world.startAndWork('save')).toMatchObject({ outcome: 'success', reasonCode: 'ok' });
  });

  it('says what was written before a failure', async () => {
    const world = new EngineWorld(table, { entries: records(6) });
    world.source.beforeBatch = (position) => {
      if (position === 4)
        throw new SourceError('source.broken', 'Line 5 opens a quote that is never closed.');
    };
    const run = await world.startAndWork('save');
    expect(run.reason).toBe('Line 5 opens a quote that is never closed. 4 records were written before.');
  });
});

describe('the failure threshold', () => {
  const withBad = (count: number) => [...records(100 - count), ...Array.from({ length: count }, () => bad)];

  it.each([
    { rejected: 0, threshold: 0, outcome: 'success', reasonCode: 'ok' },
    { rejected: 1, threshold: 0, outcome: 'failure', reasonCode: 'too_many_errors' },
    { rejected: 5, threshold: 5, outcome: 'success', reasonCode: 'ok' },
    { rejected: 6, threshold: 5, outcome: 'failure', reasonCode: 'too_many_errors' },
    { rejected: 99, threshold: 100, outcome: 'success', reasonCode: 'ok' },
  ])(
    '$rejected % rejected at $threshold % accepted is a $outcome',
    async ({ rejected, threshold, outcome, reasonCode }) => {
      const world = new EngineWorld(table, { entries: withBad(rejected), live: [{ objectID: 'old' }] });
      world.source.batchSize = 30;
      const run = await world.startAndWork('replace', threshold);
      expect(run).toMatchObject({ outcome, reasonCode });
      expect(run.counts).toEqual({ received: 100, applied: 100 - rejected, unchanged: 0, rejected });
      expect(world.index.objectIDs.includes('old')).toBe(outcome === 'failure');
    },
  );

  it('counts what the destination refuses', async () => {
    const world = new EngineWorld(table, { entries: records(4) });
    world.index.refused.add('r0002');
    const run = await world.startAndWork('save', 25);
    expect(run).toMatchObject({ outcome: 'success', counts: { received: 4, applied: 3, rejected: 1 } });
    const failed = (await world.events(run)).filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      { type: 'record', batchSize: 1, data: { reasons: [{ objectID: 'r0002', code: 'record.refused' }] } },
    ]);
  });
});

describe('an objectID that occurs twice', () => {
  const twice = [
    { objectID: 'JFK', n: 1 },
    { objectID: 'LAX', n: 1 },
    { objectID: 'SFO', n: 1 },
    { objectID: 'JFK', n: 2 },
    { objectID: 'JFK', n: 3 },
  ];

  it('keeps the later record, counts the earlier ones as unchanged and says so', async () => {
    const world = new EngineWorld(table, { entries: twice });
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({
      outcome: 'success',
      counts: { received: 5, applied: 3, unchanged: 2, rejected: 0 },
    });
    expect(world.index.live?.get('JFK')).toEqual({ objectID: 'JFK', n: 3 });
    const repeated = (await world.events(run)).find(({ data }) => data?.['code'] === 'record.repeated');
    expect(repeated?.data?.['message']).toContain('JFK');
    expect(repeated?.data?.['repeated']).toEqual([
      { objectID: 'JFK', position: 4 },
      { objectID: 'JFK', position: 5 },
    ]);
  });

  it('is never sent while the earlier one is on the wire', async () => {
    const world = new EngineWorld(table, { entries: twice });
    world.source.batchSize = 1;
    const order: string[] = [];
    world.index.fault = async (step, when, batch) => {
      if (step !== 'write' || batch === undefined) return;
      const text = Buffer.from(batch.bytes).toString();
      // The first JFK takes longest: without the order it would land last.
      if (when === 'before') {
        const turns = text.includes('"JFK","n":1') ? 20 : 0;
        for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      } else order.push(text);
    };
    await world.startAndWork('save');
    expect(order.filter((text) => text.includes('JFK'))).toEqual(
      [1, 2, 3].map((n) => `{"objectID":"JFK","n":${n}}`),
    );
    expect(order[0]).toContain('LAX');
    expect(world.index.live?.get('JFK')).toEqual({ objectID: 'JFK', n: 3 });
  });

  it('is applied when only the earlier record was refused', async () => {
    const world = new EngineWorld(table, {
      entries: [{ objectID: 'A' }, { objectID: 'B' }, { objectID: 'C' }, { objectID: 'A' }],
    });
    world.source.batchSize = 1;
    world.index.refused.add('A');
    world.index.fault = (step, when, batch) => {
      if (step === 'write' && when === 'after' && Buffer.from(batch?.bytes ?? []).includes('"A"')) {
        world.index.refused.delete('A');
      }
    };
    const run = await world.startAndWork('replace', 50);
    expect(run).toMatchObject({
      outcome: 'success',
      counts: { received: 4, applied: 3, unchanged: 0, rejected: 1 },
    });
  });
});

describe('what a person can read', () => {
  it('tells of the start, the records and the end', async () => {
    const world = new EngineWorld(table, { entries: records(3) });
    const run = await world.startAndWork('replace');
    expect((await world.events(run)).map(({ type, status }) => `${type} ${status}`)).toEqual([
      'fetch started',
      'record succeeded',
      'fetch succeeded',
      'log succeeded',
    ]);
  });

  it('tells why a run could not be opened', async () => {
    const world = new EngineWorld(table, {
      openConnection: async () => {
        throw new SourceError('task.not_found', 'This application has no task of that ID.');
      },
    });
    const run = await world.startAndWork('replace');
    expect(run).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toContain('no task of that ID');
    expect(world.bus).toHaveLength(1);
  });
});

describe('batches', () => {
  it('fly side by side, but never more than the window holds', async () => {
    const world = new EngineWorld(table, { entries: records(60), settings: { batchesInFlight: 4 } });
    world.index.fault = async (step) => {
      if (step === 'write') await new Promise((resolve) => setImmediate(resolve));
    };
    await world.startAndWork('save');
    expect(world.index.mostInFlight).toBe(4);
  });
});
