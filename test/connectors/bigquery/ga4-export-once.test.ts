import { describe, expect, it } from 'vitest';
import { openSource } from '../../../connectors/registry.ts';
import { readSource } from '../support/read-source.ts';
import { EVENT_COLUMNS, eventCells, eventQuery } from './events.ts';
import { openDataset } from './open-dataset.ts';

const AT = Date.parse('2026-11-20T08:00:00Z');
const nothing = { columns: EVENT_COLUMNS, count: 0, row: () => [] };
const events = (count: number) => ({
  columns: EVENT_COLUMNS,
  count,
  row: (index: number) => eventCells('purchase', AT + index, `user${index}`),
});

/** What a run gives whose destination counts repeats, and what the next one is to go on from. */
async function readOnce(
  dataset: Awaited<ReturnType<typeof openDataset>>,
  {
    tablePrefix = 'events_',
    resumeFrom,
    triggeredAt,
  }: { tablePrefix?: string; resumeFrom?: string | undefined; triggeredAt: string },
) {
  const context = dataset.context(
    { tablePrefix },
    {
      countsRepeats: true,
      triggeredAt: new Date(triggeredAt),
      limits: { maxRecords: 2, maxBytes: 1e6 },
      ...(resumeFrom === undefined ? {} : { resumeFrom }),
    },
  );
  const before = dataset.server.jobs.length;
  const { texts, batches } = await readSource('ga4BigqueryExport', context);
  const { stateAt } = await openSource('ga4BigqueryExport', context);
  return {
    given: texts.length,
    asked: dataset.server.jobs.slice(before).map(({ sql }) => sql),
    states: batches.map(({ cursor }) => stateAt?.(cursor)),
  };
}

const tablesOf = (...names: string[]) => Object.fromEntries(names.map((name) => [name, nothing]));

describe('an export whose destination counts what it is given twice', () => {
  it('is given day by day, once a day does not change any more, and each day once', async () => {
    const first = eventQuery('events_', ['20261118', '20261120']);
    const second = eventQuery('events_', ['20261121']);
    const dataset = await openDataset(
      {
        tables: tablesOf(
          'events_20261116',
          'events_20261118',
          'events_20261120',
          'events_20261121',
          'events_intraday_20261124',
        ),
        queries: { [first]: events(5), [second]: events(1) },
      },
      'ga4BigqueryExport',
    );
    const one = await readOnce(dataset, { triggeredAt: '2026-11-24T10:00:00Z' });
    expect(one).toMatchObject({ given: 5, asked: [first, first] });
    // Only when all of it is done with does the task go on after it.
    expect(one.states.slice(0, -1).every((state) => state === undefined)).toBe(true);
    const resumeFrom = one.states.at(-1);
    expect(await readOnce(dataset, { triggeredAt: '2026-11-24T20:00:00Z', resumeFrom })).toMatchObject({
      given: 0,
      asked: [],
      states: [undefined],
    });
    const two = await readOnce(dataset, { triggeredAt: '2026-11-25T10:00:00Z', resumeFrom });
    expect(two).toMatchObject({ given: 1, asked: [second, second] });
  });

  it('waits for a day whose table is late', async () => {
    const dataset = await openDataset({ tables: tablesOf('events_20261119') }, 'ga4BigqueryExport');
    const resumeFrom = JSON.stringify({ day: '20261119' });
    expect(await readOnce(dataset, { triggeredAt: '2026-11-25T10:00:00Z', resumeFrom })).toMatchObject({
      given: 0,
    });
    const sql = eventQuery('events_', ['20261120', '20261121']);
    Object.assign(dataset.server.tables, tablesOf('events_20261120', 'events_20261121'));
    dataset.server.queries[sql] = events(3);
    expect(await readOnce(dataset, { triggeredAt: '2026-11-25T20:00:00Z', resumeFrom })).toMatchObject({
      given: 3,
    });
  });

  it('goes back no further than Insights takes events', async () => {
    const sql = eventQuery('events_', ['20261026']);
    const dataset = await openDataset(
      { tables: tablesOf('events_20261025', 'events_20261026'), queries: { [sql]: events(1) } },
      'ga4BigqueryExport',
    );
    const resumeFrom = JSON.stringify({ day: '20260901' });
    expect(await readOnce(dataset, { triggeredAt: '2026-11-24T10:00:00Z', resumeFrom })).toMatchObject({
      given: 1,
    });
  });

  it('is given up to the hour from the tables that are streamed into, from where the run before ended', async () => {
    const hours = (from: string, until: string) =>
      `AND event_timestamp > ${Date.parse(from)}000 AND event_timestamp <= ${Date.parse(until)}000 `;
    const days = ['20261123', '20261124'];
    const first = eventQuery('events_intraday_', days, hours('2026-11-23T09:00:00Z', '2026-11-24T09:00:00Z'));
    const second = eventQuery(
      'events_intraday_',
      days,
      hours('2026-11-24T09:00:00Z', '2026-11-24T11:30:00Z'),
    );
    const dataset = await openDataset(
      {
        tables: tablesOf('events_20261122', ...days.map((day) => `events_intraday_${day}`)),
        queries: { [first]: events(4), [second]: events(2) },
      },
      'ga4BigqueryExport',
    );
    const tablePrefix = 'events_intraday_';
    const one = await readOnce(dataset, { tablePrefix, triggeredAt: '2026-11-24T10:00:00Z' });
    expect(one).toMatchObject({ given: 4, asked: [first, first] });
    const resumeFrom = one.states.at(-1);
    const two = await readOnce(dataset, { tablePrefix, triggeredAt: '2026-11-24T12:30:00Z', resumeFrom });
    expect(two).toMatchObject({ given: 2, asked: [second, second] });
  });

  it('begins anew where what was kept is of another kind of tables', async () => {
    const sql = eventQuery('events_', ['20261120']);
    const dataset = await openDataset(
      { tables: tablesOf('events_20261120'), queries: { [sql]: events(1) } },
      'ga4BigqueryExport',
    );
    const resumeFrom = JSON.stringify({ until: 1_795_500_000_000 });
    expect(await readOnce(dataset, { triggeredAt: '2026-11-24T10:00:00Z', resumeFrom })).toMatchObject({
      given: 1,
    });
  });
});
