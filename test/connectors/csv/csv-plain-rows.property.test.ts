import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputWindow } from '../../../connectors/sources/file/input-window.ts';
import { BatchBuilder } from '../../../core/records/batch-builder.ts';

import {
  createCsvParser,
  cutAt,
  LARGE_LIMITS,
  parseChunks,
  parseCsv,
  SMALL_LIMITS,
} from '../support/parse-bytes.ts';

const TYPES = ['string', 'integer', 'float', 'boolean'] as const;
const TEXTS = [
  '',
  'a',
  'é€😀',
  ' b ',
  '"c"',
  '"d,e;f"',
  '"g""h"',
  '\\',
  '\u0001',
  '"\n"',
  '"\r\n"',
  '"\r"',
  '"\t"',
  '\t',
  'i'.repeat(400),
  '"',
];
const NUMBERS = [
  '0',
  '-0',
  '7',
  '-12',
  '007',
  '1.5',
  '-0.25',
  '.5',
  '1.',
  '1e5',
  '+1',
  '-',
  ' 8 ',
  '9'.repeat(400),
  '"12"',
  '"1"2',
  '""',
];
const BOOLEANS = ['true', 'FALSE', 'Yes', 'no', '1', '0', 'trues', 'nope', 'y', '"no"', '"true', ' true'];

/** A delimiter of two bytes: with it every row goes the careful way. */
const CAREFUL_DELIMITER = '§';

const cell = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('0', '12', '-375') },
  { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.constantFrom(...BOOLEANS) },
);

const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.record({
    types: fc.array(fc.constantFrom(...TYPES), { minLength: columns, maxLength: columns }),
    idColumn: fc.option(fc.nat(columns - 1), { nil: undefined }),
    isNamedObjectID: fc.boolean(),
    rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 20 }),
    surplus: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    delimiter: fc.constantFrom(',', ';', '\t'),
  }),
);

test('plain rows that are written while they are read give what the careful way gives', () => {
  fc.assert(
    fc.property(table, fc.array(fc.nat(), { maxLength: 6 }), fc.boolean(), (given, cuts, isSmall) => {
      const { types, idColumn, isNamedObjectID, rows, surplus, lineEnd } = given;
      const names = types.map((_, index) =>
        index === idColumn && isNamedObjectID ? 'objectID' : `c${index}`,
      );
      const mapping = Object.fromEntries(types.map((type, index) => [names[index], type]));
      const id = idColumn === undefined ? {} : { uniqueIDColumn: names[idColumn] ?? '' };
      // A delimiter within a cell would divide it in one of the two readings only.
      const cells = rows.map((row) => row.map((text) => text.replace(given.delimiter, 't')));
      const lines = [names, ...cells].map((row, index) => (index === surplus ? [...row, 'x'] : row));
      const read = (delimiter: string) => {
        const text = lines.map((row) => row.join(delimiter) + lineEnd).join('');
        const parser = createCsvParser({ delimiter, mapping, ...id });
        const chunks = cutAt(Buffer.from(text), cuts);
        const { texts, rejected } = parseChunks(parser, chunks, isSmall ? SMALL_LIMITS : LARGE_LIMITS);
        // A quote that is left open takes delimiters into its cell.
        const shown = texts.map((line) =>
          line.replaceAll(CAREFUL_DELIMITER, JSON.stringify(given.delimiter).slice(1, -1)),
        );
        return { texts: shown, rejected: rejected.map(({ position }) => position) };
      };
      expect(outcomeOf(() => read(given.delimiter))).toEqual(outcomeOf(() => read(CAREFUL_DELIMITER)));
    }),
    { numRuns: 4_000 },
  );
});

/** What is read, or the code of the error that ends the reading. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

test('files that are read in turns do not get into one another', () => {
  const rows = Array.from({ length: 500 }, (_, row) => row);
  // As long as one another, so that what is read of one would do for the other.
  const files = ['a', 'b'].map((name) => ({
    name,
    parser: createCsvParser({ uniqueIDColumn: 'id' }),
    window: new InputWindow(),
    batch: new BatchBuilder({ maxRecords: 40, maxBytes: 1_000_000 }),
    texts: new Array<string>(),
  }));
  for (const { name, window } of files) {
    window.append(Buffer.from(`id,${name}\n${rows.map((row) => `${name}${row},${name}\n`).join('')}`));
    window.finish();
  }
  // Each goes on within a window that has not changed since its last turn.
  for (let turn = 0; turn < 15; turn += 1) {
    for (const { parser, window, batch, texts } of files) {
      parser.parse(window, batch);
      texts.push(Buffer.from(batch.seal({}, 0).bytes).toString());
    }
  }
  for (const { name, texts } of files) {
    const expected = rows.map(
      (row) => `{"objectID":"${name}${row}","id":"${name}${row}","${name}":"${name}"}`,
    );
    expect(texts.join('')).toBe(expected.join(''));
  }
});

test('rows that are longer than a block of the kernel, and a chunk that is many of them, are read whole', () => {
  const cells = Array.from({ length: 2000 }, (_, row) =>
    (row % 100 === 7 ? 'x' : 'yz').repeat(1000 + row * 10),
  );
  const text = `id,text\n${cells.map((cell, row) => `${row},${row % 2 === 0 ? cell : `"${cell}"`}\n`).join('')}`;
  const { texts, rejected } = parseChunks(
    createCsvParser({ uniqueIDColumn: 'id', mapping: { id: 'integer' } }),
    [Buffer.from(text)],
    { maxRecords: 100, maxBytes: 300_000 },
  );
  expect(rejected).toEqual([]);
  expect(texts.length).toBe(cells.length);
  const wrong = texts.findIndex(
    (line, row) => line !== `{"objectID":"${row}","id":${row},"text":"${cells[row]}"}`,
  );
  expect(wrong).toBe(-1);
});

test.each([
  ['-', '5--7'],
  ['.', '5.7.8'],
])('the delimiter %s is never a part of a number', (delimiter, row) => {
  const header = ['a', 'b'].join(delimiter);
  const { texts, rejected } = parseCsv(`${header}\n${row}\n`, {
    delimiter,
    mapping: { a: 'float', b: 'float' },
  });
  expect([texts, rejected.length]).toEqual([[], 1]);
});

test('a quote that the end of a chunk cuts off is not closed by what the chunk before left behind', () => {
  const chunks = ['a\nbb\n', '"cc', 'dd"\n'].map((text) => Buffer.from(text));
  const { texts } = parseChunks(createCsvParser({}), chunks);
  expect(texts).toEqual(['{"objectID":"row-2","a":"bb"}', '{"objectID":"row-3","a":"ccdd"}']);
});
