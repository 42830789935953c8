import { describe, expect, it } from 'vitest';
import { readError, readSource } from '../support/read-source.ts';
import { letters, openDataset } from './open-dataset.ts';

const DAYS = {
  events_20261120: letters('a', 2),
  events_20261121: letters('b', 2),
  events_20261123: letters('c', 2),
  events_20261124: letters('d', 2),
  events_intraday_20261124: letters('e', 2),
  events_intraday_20261125: letters('f', 2),
  events_old: letters('g', 2),
  other_20261123: letters('h', 2),
};

function lettersOf(records: readonly Record<string, unknown>[]): string {
  return records.map(({ letter }) => String(letter).slice(0, 1)).join('');
}

describe('a table', () => {
  it('is listed page by page, which costs nothing', async () => {
    const { read, server } = await openDataset({ tables: { t: letters('a', 25) }, pageCap: 10 });
    expect(await read({ table: 't' })).toHaveLength(25);
    expect(server.jobs).toEqual([]);
    expect(server.requests.map(({ id }) => id)).toEqual([
      'bigquery.tables.get',
      ...Array.from({ length: 3 }, () => 'bigquery.tabledata.list'),
    ]);
    expect(server.requests[1]?.parameters).toMatchObject({ maxResults: '5000', prettyPrint: 'false' });
  });

  it('with rows so large that an answer cannot hold a page is asked for fewer at once', async () => {
    const fat = 'x'.repeat(10_000);
    const table = { columns: [{ name: 'text', type: 'STRING' }], count: 4_000, row: () => [fat] };
    const { context, server } = await openDataset({ tables: { t: table } });
    const opened = context({ table: 't' }, { limits: { maxRecords: 5_000, maxBytes: 4e6 } });
    const { batches } = await readSource('bigquery', opened);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(4_000);
    const sizes = server.requests.flatMap(({ parameters }) => parameters['maxResults'] ?? []);
    expect(sizes).toEqual(['5000', '1000', '1000', '1000', '1000']);
    const inPage = batches.at(-3);
    const rest = await readSource('bigquery', opened, inPage?.cursor);
    expect(rest.texts).toHaveLength((batches.at(-2)?.count ?? 0) + (batches.at(-1)?.count ?? 0));
  });

  it('that was changed while it was read has the run begin again', async () => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 25) }, pageCap: 10 });
    const opened = context({ table: 't' }, { limits: { maxRecords: 7, maxBytes: 1e6 } });
    const { batches } = await readSource('bigquery', opened);
    server.tables['t'] = { ...letters('a', 25), modified: '1800000000000' };
    for (const { cursor } of batches.slice(0, -1)) {
      expect(await readError('bigquery', opened, cursor)).toMatchObject({
        code: 'source.changed',
        disposition: 'retryable',
      });
    }
    delete server.tables['t'];
    expect(await readError('bigquery', opened, batches[0]?.cursor)).toMatchObject({ code: 'source.changed' });
  });

  it('that is a view is queried, since it cannot be listed', async () => {
    const sql = 'SELECT * FROM `my-project.shop.v`';
    const { read, server } = await openDataset({
      tables: { v: { ...letters('a', 0), type: 'VIEW' } },
      queries: { [sql]: letters('a', 3) },
    });
    expect(await read({ table: 'v' })).toHaveLength(3);
    expect(server.jobs.map(({ dryRun }) => dryRun)).toEqual([true, false]);
  });

  it.each([
    ['bigquery.tables.list', { tables: [{}] }],
    ['bigquery.tables.get', { schema: 1 }],
    ['bigquery.tabledata.list', [1]],
  ])('that %s answers with %j fails for now', async (method, body) => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 3) } });
    server.faults.body = ({ id }) => (id === method ? body : undefined);
    expect(await readError('bigquery', context({ tablePrefix: 't' }))).toMatchObject({
      code: 'source.invalid_answer',
      disposition: 'retryable',
    });
  });

  it('that is not there is named by the vendor', async () => {
    const { context } = await openDataset({ tables: {} });
    expect(await readError('bigquery', context({ table: 'missing' }))).toMatchObject({
      code: 'source.not_found',
      disposition: 'fatal',
      message: expect.stringContaining('my-project:shop.missing'),
    });
  });
});

describe('tables with a prefix', () => {
  it('are all read, one after the other, and go on at any record', async () => {
    const { context } = await openDataset({ tables: DAYS, pageCap: 1 });
    const opened = context({ tablePrefix: 'events_' }, { limits: { maxRecords: 1, maxBytes: 1e6 } });
    const { texts, batches } = await readSource('bigquery', opened);
    expect(texts).toHaveLength(14);
    expect(new Set(texts.map((text) => text.slice(0, 60))).size).toBe(14);
    let done = 0;
    for (const batch of batches) {
      done += batch.count;
      expect((await readSource('bigquery', opened, batch.cursor)).texts).toEqual(texts.slice(done));
    }
  });

  it.each([
    [{ startDate: '2026-11-20T00:00:00Z', endDate: '2026-11-23T23:59:59Z' }, 'aabbcc'],
    [{ startDate: '2026-11-24T00:00:00Z', endDate: '2026-11-30T00:00:00Z' }, 'ddff'],
    // From the day on which the run was triggered: the 24th.
    [{ timeframe: 1 }, 'ccdd'],
    [{ timeframe: 30 }, 'aabbccdd'],
    [{ startDate: '2020-01-01T00:00:00Z', endDate: '2020-01-02T00:00:00Z' }, ''],
  ])('are those of the days that the task asks for: %j', async (taskInput, expected) => {
    const { read } = await openDataset({ tables: DAYS });
    expect(lettersOf(await read({ tablePrefix: 'events_' }, { taskInput }))).toBe(expected);
  });

  it('give a row the same id whichever other days are read', async () => {
    const { read } = await openDataset({ tables: DAYS });
    const all = await read({ tablePrefix: 'events_' });
    const some = await read({ tablePrefix: 'events_' }, { taskInput: { timeframe: 1 } });
    expect(all).toEqual(expect.arrayContaining(some));
  });

  it('that are none at all are an error that says what to check', async () => {
    const { context } = await openDataset({ tables: DAYS });
    expect(await readError('bigquery', context({ tablePrefix: 'sessions_' }))).toMatchObject({
      code: 'source.not_found',
      message: expect.stringMatching(/sessions_.*datasetID and tablePrefix/),
    });
  });

  it('are what days of a task need', async () => {
    const { context } = await openDataset({ tables: DAYS });
    const error = await readError(
      'bigquery',
      context({ table: 'events_old' }, { taskInput: { timeframe: 3 } }),
    );
    expect(error).toMatchObject({ code: 'source.no_days', message: expect.stringContaining('tablePrefix') });
  });
});

it.each([
  [{}, 'input.table: is required'],
  [{ table: 'a', tablePrefix: 'b' }, 'input.tablePrefix: cannot be given together with table'],
  [{ table: 'a`b' }, 'input.table: must be a table name'],
  [{ table: 'a', projectID: 'p`' }, 'input.projectID: must be a project ID'],
  [{ table: 'a', datasetID: 'd.e' }, 'input.datasetID: must be a dataset ID'],
])('the input %j is refused', async (input, message) => {
  const { context } = await openDataset({});
  await expect(readSource('bigquery', context(input))).rejects.toThrow(message);
});
