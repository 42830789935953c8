import { describe, expect, it } from 'vitest';
import { readError, readSource } from '../support/read-source.ts';
import { EVENT_COLUMNS, eventCells, eventQuery } from './events.ts';
import { openDataset } from './open-dataset.ts';

const AT = Date.parse('2026-11-23T08:00:00Z');
const nothing = { columns: EVENT_COLUMNS, count: 0, row: () => [] };
const events = (users: readonly string[]) => ({
  columns: EVENT_COLUMNS,
  count: users.length,
  row: (index: number) => eventCells('purchase', AT + index, users[index] ?? ''),
});

const TABLES = Object.fromEntries(
  [
    'events_20261101',
    'events_20261120',
    'events_20261121',
    'events_20261122',
    'events_20261123',
    'events_intraday_20261123',
    'events_intraday_20261124',
  ].map((name) => [name, nothing]),
);

describe('an export', () => {
  it('is read for the day of the run and the three before, each event once, whole days before unfinished ones', async () => {
    const sql = eventQuery('events_', ['20261121', '20261122', '20261123', 'intraday_20261124']);
    const { read, server } = await openDataset(
      { tables: TABLES, queries: { [sql]: events(['anna', 'ben']) } },
      'ga4BigqueryExport',
    );
    const records = await read({ tablePrefix: 'events_' });
    expect(server.jobs.map((job) => job.sql)).toEqual([sql, sql]);
    expect(records).toHaveLength(2);
    expect(records[0]).toEqual({
      objectID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      event_date: '20261123',
      event_timestamp: AT * 1000,
      event_name: 'purchase',
      event_params: [
        {
          key: 'engaged',
          value: { string_value: null, int_value: 1, float_value: null, double_value: null },
        },
      ],
      event_bundle_sequence_id: 77,
      user_id: 'anna',
      user_pseudo_id: 'anna.1',
      items: [{ item_id: 'sku-anna', price: 12.5 }],
    });
  });

  it('gives an event the same id in whichever order, table and run it is read', async () => {
    const days = ['20261121', '20261122', '20261123', 'intraday_20261124'];
    const queries: Record<string, ReturnType<typeof events>> = {
      [eventQuery('events_', days)]: events(['anna', 'ben']),
    };
    const { read, server } = await openDataset({ tables: TABLES, queries }, 'ga4BigqueryExport');
    const first = await read({ tablePrefix: 'events_' });
    const { columns, row } = events(['anna', 'ben']);
    server.tables['events_20261124'] = nothing;
    server.queries[eventQuery('events_', ['20261122', '20261123', '20261124'])] = {
      columns,
      count: 3,
      row: (index) => row([1, 0, 2][index] ?? 0),
    };
    const later = await read({ tablePrefix: 'events_' }, { triggeredAt: new Date('2026-11-25T01:00:00Z') });
    expect(later).toHaveLength(3);
    expect(later).toEqual(expect.arrayContaining(first));
    expect(new Set(later.map(({ objectID }) => objectID)).size).toBe(3);
  });

  it('of the unfinished days alone has its own prefix', async () => {
    const sql = eventQuery('events_intraday_', ['20261123', '20261124']);
    const { read } = await openDataset(
      { tables: TABLES, queries: { [sql]: events(['anna']) } },
      'ga4BigqueryExport',
    );
    expect(await read({ tablePrefix: 'events_intraday_' })).toHaveLength(1);
  });

  it('that has nothing of these days is empty, and asks no query', async () => {
    const { read, server } = await openDataset({ tables: { events_20200101: nothing } }, 'ga4BigqueryExport');
    expect(await read({ tablePrefix: 'events_' })).toEqual([]);
    expect(server.jobs).toEqual([]);
  });

  it('whose tables grow meanwhile goes on with what was there', async () => {
    const sql = eventQuery('events_', ['20261121', '20261122', '20261123', 'intraday_20261124']);
    const { context, server } = await openDataset(
      { tables: TABLES, queries: { [sql]: events(['anna', 'ben', 'cleo', 'dan']) }, pageCap: 2 },
      'ga4BigqueryExport',
    );
    const opened = context({ tablePrefix: 'events_' }, { limits: { maxRecords: 1, maxBytes: 1e6 } });
    const { texts, batches } = await readSource('ga4BigqueryExport', opened);
    server.tables['events_intraday_20261124'] = { ...nothing, modified: '1800000000000' };
    server.queries[sql] = events(['someone else']);
    for (const [index, { cursor }] of batches.slice(0, 4).entries()) {
      expect((await readSource('ga4BigqueryExport', opened, cursor)).texts).toEqual(texts.slice(index + 1));
    }
  });

  it('that is not there says what to check', async () => {
    const { context } = await openDataset({}, 'ga4BigqueryExport');
    expect(await readError('ga4BigqueryExport', context({ tablePrefix: 'events_' }))).toMatchObject({
      code: 'source.not_found',
      message: expect.stringContaining('that the export to BigQuery has begun'),
    });
  });
});
