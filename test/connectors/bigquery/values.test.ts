import { describe, expect, it } from 'vitest';
import type { Column } from '../../../connectors/sources/bigquery/bigquery-api.ts';
import { readSource } from '../support/read-source.ts';
import { openDataset } from './open-dataset.ts';

/** What a row of one column becomes, as text. */
async function valueOf(column: Omit<Column, 'name'>, value: unknown): Promise<string> {
  const { context } = await openDataset({
    tables: { t: { columns: [{ name: 'x', ...column }], count: 1, row: () => [value] } },
  });
  const { texts } = await readSource('bigquery', context({ table: 't' }));
  return texts[0]?.replace(/^\{"objectID":"[^"]+","x":(.*)\}$/, '$1') ?? '';
}

describe('values', () => {
  it.each([
    ['STRING', 'a "b"\n', String.raw`"a \"b\"\n"`],
    ['INTEGER', '9223372036854775807', '9223372036854775807'],
    ['INT64', '-5', '-5'],
    ['NUMERIC', '12345678901234567890.123456789', '12345678901234567890.123456789'],
    ['BIGNUMERIC', '0.00000000000000000000000000000000000001', '0.00000000000000000000000000000000000001'],
    ['FLOAT', '1.5', '1.5'],
    ['FLOAT64', '1.7976931348623157e+308', '1.7976931348623157e+308'],
    ['FLOAT', '.5', '0.5'],
    ['FLOAT', 'NaN', 'null'],
    ['FLOAT', 'Infinity', 'null'],
    ['FLOAT', '-Infinity', 'null'],
    ['BOOLEAN', 'true', 'true'],
    ['BOOL', 'false', 'false'],
    ['TIMESTAMP', '1700000000123456', '"2023-11-14T22:13:20.123456Z"'],
    ['TIMESTAMP', '1700000000120000', '"2023-11-14T22:13:20.12Z"'],
    ['TIMESTAMP', '0', '"1970-01-01T00:00:00Z"'],
    ['TIMESTAMP', '-1', '"1969-12-31T23:59:59.999999Z"'],
    ['TIMESTAMP', '253402300799999999', '"9999-12-31T23:59:59.999999Z"'],
    ['TIMESTAMP', '-62135596800000000', '"0001-01-01T00:00:00Z"'],
    ['DATE', '2026-11-24', '"2026-11-24"'],
    ['TIME', '10:00:00.5', '"10:00:00.5"'],
    ['DATETIME', '2026-11-24T10:00:00', '"2026-11-24T10:00:00"'],
    ['BYTES', 'aGVsbG8=', '"aGVsbG8="'],
    ['GEOGRAPHY', 'POINT(13.4 52.5)', '"POINT(13.4 52.5)"'],
    ['INTERVAL', '0-0 1 0:0:0', '"0-0 1 0:0:0"'],
    ['JSON', '{"a":12345678901234567890}', '{"a":12345678901234567890}'],
    ['JSON', 'null', 'null'],
    ['STRING', null, 'null'],
    ['INTEGER', null, 'null'],
  ])('%s %s becomes %s', async (type, value, expected) => {
    expect(await valueOf({ type }, value)).toBe(expected);
  });

  it('that are records and lists keep their form, at any depth', async () => {
    const column: Omit<Column, 'name'> = {
      type: 'RECORD',
      mode: 'REPEATED',
      fields: [
        { name: 'id', type: 'INTEGER' },
        { name: 'tags', type: 'STRING', mode: 'REPEATED' },
        { name: 'size', type: 'STRUCT', fields: [{ name: 'cm', type: 'FLOAT' }] },
        { name: 'none', type: 'RECORD', mode: 'NULLABLE', fields: [{ name: 'a', type: 'STRING' }] },
      ],
    };
    const entry = {
      v: {
        f: [
          { v: '9007199254740993' },
          { v: [{ v: 'a' }, { v: 'b' }] },
          { v: { f: [{ v: '2.5' }] } },
          { v: null },
        ],
      },
    };
    expect(await valueOf(column, [entry])).toBe(
      '[{"id":9007199254740993,"tags":["a","b"],"size":{"cm":2.5},"none":null}]',
    );
    expect(await valueOf(column, [])).toBe('[]');
  });
});

describe('ids', () => {
  const columns = [
    { name: 'sku', type: 'INTEGER' },
    { name: 'objectID', type: 'STRING' },
  ];

  it('come from the column that the source names, whatever its letters, which stays', async () => {
    const { read } = await openDataset({ tables: { t: { columns, count: 1, row: () => ['7', 'own'] } } });
    expect(await read({ table: 't', uniqueIDColumn: 'SKU' })).toEqual([{ objectID: '7', sku: 7 }]);
  });

  it('come from a column objectID where none is named', async () => {
    const { read } = await openDataset({ tables: { t: { columns, count: 1, row: () => ['7', 'own'] } } });
    expect(await read({ table: 't' })).toEqual([{ objectID: 'own', sku: 7 }]);
  });

  it('that are empty have the row rejected and kept, and no other', async () => {
    const rows = [['1'], [null], ['']];
    const { context } = await openDataset({
      tables: {
        t: { columns: [{ name: 'sku', type: 'STRING' }], count: 3, row: (index) => rows[index] ?? [] },
      },
    });
    const { texts, rejected } = await readSource('bigquery', context({ table: 't', uniqueIDColumn: 'sku' }));
    expect(texts).toEqual(['{"objectID":"1","sku":"1"}']);
    expect(rejected).toMatchObject([
      { code: 'record.missing_id', position: 2, field: 'sku', content: { text: '{"sku":null}' } },
      { code: 'record.missing_id', position: 3 },
    ]);
  });

  it('that repeat within a page lose no record where a run goes on there', async () => {
    const ids = ['a', 'b', 'a', 'c', 'a', 'd'];
    const { context } = await openDataset({
      tables: { t: { columns: [{ name: 'id', type: 'STRING' }], count: 6, row: (index) => [ids[index]] } },
    });
    const opened = context(
      { table: 't', uniqueIDColumn: 'id' },
      { limits: { maxRecords: 10, maxBytes: 30 } },
    );
    const { texts, batches } = await readSource('bigquery', opened);
    expect(texts).toHaveLength(6);
    expect(batches.length).toBeGreaterThan(5);
    for (const [index, { cursor }] of batches.slice(0, 6).entries()) {
      expect((await readSource('bigquery', opened, cursor)).texts).toEqual(texts.slice(index + 1));
    }
  });

  it('of an export are made of what tells its rows apart', async () => {
    const named = (names: readonly string[]) => names.map((name) => ({ name, type: 'STRING' }));
    const { read } = await openDataset({
      tables: {
        ga_sessions_20261123: {
          columns: named(['visitId', 'visitStartTime', 'fullVisitorId', 'channel']),
          count: 2,
          row: (index) => ['v', 's', 'f', `c${index}`],
        },
      },
    });
    const [one, other] = await read({ tablePrefix: 'ga_sessions_', dataType: 'ga360' });
    expect(one?.['objectID']).toBe(other?.['objectID']);
    const [first, second] = await read({ tablePrefix: 'ga_sessions_' });
    expect(first?.['objectID']).not.toBe(second?.['objectID']);
  });
});
