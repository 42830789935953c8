import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createCsvParser,
  cutAt,
  LARGE_LIMITS,
  parseChunks,
  type Parsed,
  SMALL_LIMITS,
  toRecords,
} from '../support/parse-bytes.ts';

/** More for a longer search: `npm run test:fuzz:csv`. */
const STREAMS = Number(process.env['MILLRACE_FUZZ_CSV'] ?? 1_500);

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      'a',
      'é',
      '€',
      '😀',
      ',',
      ';',
      '"',
      '\n',
      '\r',
      '\r\n',
      '\\',
      '\t',
      ' ',
      '\u0000',
      '1',
      '§',
    ),
  }),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
);

interface Table {
  delimiter: string;
  lineEnd: string;
  rows: string[][];
  quoteAlways: boolean[];
  hasLastLineEnd: boolean;
  hasMark: boolean;
}

const table: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 5 }).chain((columns) =>
  fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', '§', '→', '😀', '\\', 'x', '\u0001'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 12 }),
    quoteAlways: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    hasLastLineEnd: fc.boolean(),
    hasMark: fc.boolean(),
  }),
);

function toCsv(
  { delimiter, lineEnd, rows, quoteAlways, hasLastLineEnd, hasMark }: Table,
  columns: string[],
): string {
  let index = 0;
  const quote = (text: string, isAlone: boolean) => {
    index += 1;
    const must =
      text.includes(delimiter) || /["\r\n]/.test(text) || (isAlone && text === '') || quoteAlways[index % 7];
    return must ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns, ...rows].map((row) =>
    row.map((text) => quote(text, row.length === 1)).join(delimiter),
  );
  return (hasMark ? '\u{feff}' : '') + lines.join(lineEnd) + (hasLastLineEnd ? lineEnd : '');
}

describe('a CSV file', () => {
  it(
    'gives the rows that an independent parser finds, wherever the stream is cut',
    () => {
      fc.assert(
        fc.property(table, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (given, cuts, isSmall) => {
          const columns = Array.from({ length: given.rows[0]?.length ?? 1 }, (_, index) => `column ${index}`);
          const bytes = Buffer.from(toCsv(given, columns));
          const expected = parse(bytes, {
            columns: true,
            bom: true,
            delimiter: given.delimiter,
            record_delimiter: ['\r\n', '\n', '\r'],
            skip_empty_lines: true,
          });
          const limits = isSmall ? SMALL_LIMITS : LARGE_LIMITS;
          const parsed = parseChunks(
            createCsvParser({ delimiter: given.delimiter }),
            cutAt(bytes, cuts),
            limits,
          );
          expect(parsed.rejected).toEqual([]);
          expect(rowsOf(parsed)).toEqual(expected);
        }),
        { numRuns: STREAMS },
      );
    },
    60_000 + STREAMS * 30,
  );

  it('gives the same rows and rejections however it is cut, whatever its bytes', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '1', ',', '"', '""', '\n', '\r', '\r\n', 'é', '\\', ' '),
      maxLength: 60,
    });
    const bytes = fc
      .tuple(text, fc.uint8Array({ maxLength: 6 }), text)
      .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));
    const attempt = (chunks: Buffer[]) => {
      try {
        return parseChunks(createCsvParser({ mapping: { b: 'integer' }, uniqueIDColumn: 'a' }), chunks);
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { minLength: 1, maxLength: 10 }), (body, cuts) => {
        const file = Buffer.concat([Buffer.from('a,b\n'), body]);
        expect(attempt(cutAt(file, cuts))).toEqual(attempt([file]));
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    'airports.csv',
    'zipcodes.csv',
    'birdstrikes.csv',
    'disasters.csv',
    'github.csv',
    'lookup_people.csv',
    'us-employment.csv',
  ])('of real data (%s) has every cell as it stands in the file', (name) => {
    const bytes = readFileSync(new URL(`../../../node_modules/vega-datasets/data/${name}`, import.meta.url));
    const parsed = parseChunks(
      createCsvParser(),
      cutAt(
        bytes,
        Array.from({ length: 40 }, (_, index) => index * 7919),
      ),
    );
    expect(parsed.rejected).toEqual([]);
    expect(rowsOf(parsed)).toEqual(parse(bytes, { columns: true, bom: true, skip_empty_lines: true }));
  });
});

/** The cells alone: the id is the parser's own. */
function rowsOf(parsed: Parsed): Record<string, unknown>[] {
  return toRecords(parsed).map((record) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'objectID')),
  );
}
