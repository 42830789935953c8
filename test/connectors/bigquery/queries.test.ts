import { describe, expect, it } from 'vitest';
import { fillPlaceholder, hasPlaceholder } from '../../../connectors/sources/bigquery/custom-sql.ts';
import { readError, readSource } from '../support/read-source.ts';
import { letters, openDataset } from './open-dataset.ts';

const SQL = 'SELECT * FROM `my-project.shop.t` WHERE price > 3';
const INPUT = { table: 't', customSQLRequest: 'SELECT * FROM %s WHERE price > 3' };

describe('a query', () => {
  it('is foreseen, held to that, and read page by page once it is done', async () => {
    const { read, server } = await openDataset({
      queries: { [SQL]: { ...letters('a', 25), bytes: 5_000_000, polls: 1 } },
      pageCap: 10,
    });
    expect(await read(INPUT)).toHaveLength(25);
    expect(server.jobs).toEqual([
      { sql: SQL, dryRun: true },
      { sql: SQL, dryRun: false, maximumBytesBilled: String(10_000_000 + 1024 ** 3) },
    ]);
    expect(server.requests.at(-1)?.parameters).toMatchObject({ location: 'EU', maxResults: '5000' });
  });

  it('is asked once, whoever goes on with its result', async () => {
    const { context, server } = await openDataset({ queries: { [SQL]: letters('a', 25) }, pageCap: 10 });
    const opened = context(INPUT, { limits: { maxRecords: 7, maxBytes: 1e6 } });
    const { texts, batches } = await readSource('bigquery', opened);
    let done = 0;
    for (const batch of batches) {
      done += batch.count;
      expect((await readSource('bigquery', opened, batch.cursor)).texts).toEqual(texts.slice(done));
    }
    expect(server.jobs).toHaveLength(2);
    server.forgetResults();
    expect(await readError('bigquery', opened, batches[0]?.cursor)).toMatchObject({
      code: 'source.changed',
      disposition: 'retryable',
    });
  });

  it('whose start was made and not answered is not made twice', async () => {
    const { context, server } = await openDataset({ queries: { [SQL]: letters('a', 3) } });
    let starts = 0;
    server.faults.after = ({ id }) => {
      if (id !== 'bigquery.jobs.insert') return undefined;
      starts += 1;
      return starts === 2 ? { status: 503, headers: { 'retry-after': '0.01' } } : undefined;
    };
    expect((await readSource('bigquery', context(INPUT))).texts).toHaveLength(3);
    expect(starts).toBe(2);
    expect(server.jobs).toHaveLength(3);
  });

  it.each([
    ['bigquery.jobs.insert', {}],
    ['bigquery.jobs.insert', { jobReference: {}, status: {} }],
    ['bigquery.jobs.getQueryResults', []],
    ['bigquery.jobs.getQueryResults', { jobComplete: 'yes' }],
  ])('that %s answers with %j fails for now', async (method, body) => {
    const { context, server } = await openDataset({ queries: { [SQL]: letters('a', 3) } });
    server.faults.body = ({ id }) => (id === method ? body : undefined);
    expect(await readError('bigquery', context(INPUT))).toMatchObject({
      code: 'source.invalid_answer',
      disposition: 'retryable',
    });
  });

  it('that changes something is refused before it is run', async () => {
    const sql = 'DELETE FROM `my-project.shop.t` WHERE TRUE';
    const { context, server } = await openDataset({
      queries: { [sql]: { ...letters('a', 0), statementType: 'DELETE' } },
    });
    const input = { table: 't', customSQLRequest: 'DELETE FROM %s WHERE TRUE' };
    expect(await readError('bigquery', context(input))).toMatchObject({
      code: 'source.invalid_query',
      disposition: 'fatal',
      message: expect.stringContaining('type DELETE'),
    });
    expect(server.jobs.map(({ dryRun }) => dryRun)).toEqual([true]);
  });

  it('that would cost far more than was foreseen is not run', async () => {
    const { context } = await openDataset({
      queries: { [SQL]: { ...letters('a', 1), bytes: 1_000, bytesThen: 5e12 } },
    });
    expect(await readError('bigquery', context(INPUT))).toMatchObject({
      code: 'source.query_grew',
      disposition: 'retryable',
    });
  });

  it('that BigQuery does not understand is quoted in its words', async () => {
    const { context } = await openDataset({});
    expect(await readError('bigquery', context(INPUT))).toMatchObject({
      code: 'source.invalid_query',
      message: expect.stringMatching(/customSQLRequest.*Syntax error/),
    });
  });

  it('that fails while it runs says why', async () => {
    const failure = { reason: 'resourcesExceeded', message: 'Resources exceeded during query execution' };
    const { context } = await openDataset({ queries: { [SQL]: { ...letters('a', 0), failure } } });
    expect(await readError('bigquery', context(INPUT))).toMatchObject({
      code: 'source.refused',
      message: expect.stringContaining('Resources exceeded'),
    });
  });

  it('of tables with a prefix is of all of them, or of those of the days', async () => {
    const all = 'SELECT name FROM `my-project.shop.events_*`';
    const some =
      "SELECT name FROM (SELECT * FROM `my-project.shop.events_*` WHERE _TABLE_SUFFIX IN ('20261123', 'intraday_20261124'))";
    const { read } = await openDataset({
      tables: {
        events_20261101: letters('a', 0),
        events_20261123: letters('a', 0),
        events_intraday_20261124: letters('a', 0),
      },
      queries: { [all]: letters('a', 5), [some]: letters('a', 2) },
    });
    const input = { tablePrefix: 'events_', customSQLRequest: 'SELECT name FROM %s' };
    expect(await read(input)).toHaveLength(5);
    expect(await read(input, { taskInput: { timeframe: 2 } })).toHaveLength(2);
  });

  it('with a placeholder for which nothing stands is refused', async () => {
    const { context } = await openDataset({});
    const error = await readError('bigquery', context({ customSQLRequest: 'SELECT * FROM %s' }));
    expect(error).toMatchObject({ code: 'source.no_table', message: expect.stringContaining('tablePrefix') });
  });

  it('without a placeholder is asked as it is', async () => {
    const { read } = await openDataset({ queries: { 'SELECT 1 AS one': letters('a', 1) } });
    expect(await read({ customSQLRequest: 'SELECT 1 AS one' })).toHaveLength(1);
  });
});

describe('a check', () => {
  it('says what each run costs', async () => {
    const { check } = await openDataset({
      queries: { [SQL]: { ...letters('a', 50), bytes: 3_210_000_000 } },
    });
    const { sample, note } = await check(INPUT);
    expect(sample).toHaveLength(10);
    expect(note).toContain('processes 3.2 GB');
  });

  it('does not run a query that costs much', async () => {
    const { check, server } = await openDataset({ queries: { [SQL]: { ...letters('a', 50), bytes: 5e12 } } });
    expect(await check(INPUT)).toEqual({
      sample: [],
      note: expect.stringMatching(/5000\.0 GB.*was not run/),
    });
    expect(server.jobs.map(({ dryRun }) => dryRun)).toEqual([true]);
  });

  it('of a table costs nothing, and has nothing to say', async () => {
    const { check, server } = await openDataset({ tables: { t: letters('a', 50) } });
    const { sample, note } = await check({ table: 't' });
    expect(sample).toHaveLength(10);
    expect(note).toBeUndefined();
    expect(server.jobs).toEqual([]);
  });
});

describe('the placeholder', () => {
  it.each([
    ['SELECT * FROM %s', 'SELECT * FROM T'],
    ['SELECT * FROM `%s` a JOIN %s b', 'SELECT * FROM T a JOIN T b'],
    [
      "SELECT * FROM %s WHERE x LIKE '%s' OR y LIKE '%shirt%'",
      "SELECT * FROM T WHERE x LIKE '%s' OR y LIKE '%shirt%'",
    ],
    ['SELECT "it\'s %s" FROM %s', 'SELECT "it\'s %s" FROM T'],
    [String.raw`SELECT 'a\'%s' FROM %s`, String.raw`SELECT 'a\'%s' FROM T`],
    ['SELECT 1 -- of %s\nFROM %s # %s', 'SELECT 1 -- of %s\nFROM T # %s'],
    ['SELECT /* %s */ 1 FROM %s', 'SELECT /* %s */ 1 FROM T'],
    ['SELECT """a "%s" b""" FROM %s', 'SELECT """a "%s" b""" FROM T'],
    ['SELECT * FROM %sales', 'SELECT * FROM %sales'],
  ])('of %s', (request, expected) => {
    expect(fillPlaceholder(request, 'T')).toBe(expected);
    expect(hasPlaceholder(request)).toBe(request !== expected);
  });
});
