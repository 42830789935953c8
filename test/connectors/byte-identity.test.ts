import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { openAt, signal } from './destinations/search/open.ts';
import { startSearchService } from './destinations/search/search-service.ts';
import { serveFile } from './support/file-server.ts';
import { contextOf, readSource } from './support/read-source.ts';

const LIMITS = { maxRecords: 250, maxBytes: 20_000 };
const airports = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '../data/airports.csv',
);

/** The records of a source, sent several batches at a time, as the bodies that the service got, in their order. */
async function move(
  type: string,
  content: Buffer,
  input: object,
): Promise<{ bodies: string[]; counts: number[] }> {
  const service = await startSearchService();
  const file = await serveFile({ content });
  const source = { url: file.url, uniqueIDColumn: 'iata', ...input };
  const { batches } = await readSource(type, contextOf(source, { limits: LIMITS }));
  const full = batches.filter(({ count }) => count > 0);
  const destination = openAt(service.url);
  // Four at a time, several times over, so that the memory of bodies is used again.
  for (let start = 0; start < full.length; start += 4) {
    await Promise.all(full.slice(start, start + 4).map((batch) => destination.write(batch, signal)));
  }
  return { bodies: service.batches(), counts: full.map(({ count }) => count) };
}

/** What the service must get for these records, given as text. */
function bodiesOf(records: readonly string[], counts: readonly number[]): string[] {
  let start = 0;
  return counts.map((count) => {
    const requests = records
      .slice(start, start + count)
      .map((text) => `{"action":"addObject","body":${text}}`);
    start += count;
    return `{"requests":[${requests.join(',')}]}`;
  });
}

describe('the bytes that reach the search service', () => {
  it('are those that an independent parser finds in a CSV file, digits of numbers included', async () => {
    const content = readFileSync(airports);
    const rows = parse(content, { columns: true }) as Record<string, string>[];
    const expected = rows.map((row) => {
      const members = Object.entries(row).map(([name, text]) =>
        name.endsWith('tude') ? `"${name}":${text}` : `"${name}":${JSON.stringify(text)}`,
      );
      return `{"objectID":${JSON.stringify(row['iata'])},${members.join(',')}}`;
    });
    const { bodies, counts } = await move('csv', content, {
      mapping: { latitude: 'float', longitude: 'float' },
    });
    expect(rows.length).toBeGreaterThan(3000);
    expect(bodies.toSorted()).toEqual(bodiesOf(expected, counts).toSorted());
  });

  it('are those of a JSON file, white space included, with the id in front', async () => {
    const rows = parse(readFileSync(airports), { columns: true }) as Record<string, string>[];
    const members = rows.map(
      ({ iata, name, latitude }, index) =>
        `"iata":${JSON.stringify(iata)}${index % 7 === 0 ? '' : `,"name": ${JSON.stringify(name)}`} ,"at":[${latitude}, 1.50]`,
    );
    const content = Buffer.from(`[${members.map((text) => `{${text}}`).join(',\n')}]`);
    const expected = members.map(
      (text, index) => `{"objectID":${JSON.stringify(rows[index]?.['iata'])},${text}}`,
    );
    const { bodies, counts } = await move('json', content, {});
    expect(bodies.toSorted()).toEqual(bodiesOf(expected, counts).toSorted());
  });
});
