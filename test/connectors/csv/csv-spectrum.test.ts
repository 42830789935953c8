// @ts-expect-error -- a package without types
import csvSpectrum from 'csv-spectrum';
import { describe, expect, it } from 'vitest';
import { createCsvParser, cutAt, parseChunks, toRecords } from '../support/parse-bytes.ts';

/** A cell with a quote in it that does not begin with one. */
const STRAY_QUOTE = 'location_coordinates';

interface Example {
  readonly name: string;
  readonly csv: Buffer;
  readonly json: Buffer;
}

const examples = await new Promise<Example[]>((resolve, reject) => {
  csvSpectrum((error: Error | null, found: Example[]) => (error === null ? resolve(found) : reject(error)));
});

describe('the files of csv-spectrum', () => {
  it('are all there', () => {
    expect(examples.length).toBeGreaterThanOrEqual(12);
  });

  it('have one that RFC 4180 does not allow, which is rejected by its line', () => {
    const file = examples.find(({ name }) => name === STRAY_QUOTE)?.csv ?? Buffer.alloc(0);
    const { texts, rejected } = parseChunks(createCsvParser(), [file]);
    expect(texts).toEqual([]);
    expect(rejected).toMatchObject([{ position: 2, code: 'csv.bad_quote', field: 'Location Coordinates' }]);
  });

  it.each(examples.filter(({ name }) => name !== STRAY_QUOTE))(
    '$name is read as its authors mean it, cut at any byte',
    ({ csv, json }) => {
      const expected = JSON.parse(json.toString()) as Record<string, string>[];
      for (let cut = 0; cut <= csv.length; cut += 1) {
        const parsed = parseChunks(createCsvParser(), cutAt(csv, [cut]));
        expect(parsed.rejected).toEqual([]);
        expect(toRecords(parsed)).toEqual(
          expected.map((cells) => ({ ...cells, objectID: expect.any(String) as string })),
        );
      }
    },
  );
});
