import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { parse } from 'csv-parse/sync';

const COLUMNS = [
  'id',
  'airport',
  'city',
  'state',
  'country',
  'latitude',
  'longitude',
  'title',
  'released',
  'distributor',
  'rating',
  'votes',
];
const NUMERIC = new Set(['latitude', 'longitude', 'rating', 'votes']);
const ROWS_PER_WRITE = 5_000;

export interface DataFiles {
  csv: string;
  json: string;
  rows: number;
}

/**
 * Writes `rows` records of 12 columns as CSV and as a JSON array, made by pairing the real airports with the real movies
 * of vega-datasets (3,376 × 3,201 pairs, so rows stay distinct up to 10 million). Files that exist are kept.
 */
export async function makeData(directory: string, rows: number): Promise<DataFiles> {
  mkdirSync(directory, { recursive: true });
  const files = {
    csv: join(directory, `rows-${rows}.csv`),
    json: join(directory, `rows-${rows}.json`),
    rows,
  };
  if (existsSync(files.csv) && existsSync(files.json)) return files;
  const record = readPairs();
  await writeRows(files.csv, rows, {
    head: `${COLUMNS.join(',')}\n`,
    row: (index) => `${record(index).map(toCell).join(',')}\n`,
    tail: '',
  });
  await writeRows(files.json, rows, {
    head: '[\n',
    row: (index) => `${toObject(record(index))}${index === rows - 1 ? '' : ','}\n`,
    tail: ']\n',
  });
  return files;
}

function readPairs(): (index: number) => (string | number | null)[] {
  // The package exports its entry file only, which lies in `build/`, beside `data/`.
  const folder = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');
  const airports: Record<string, string>[] = parse(readFileSync(join(folder, 'airports.csv')), {
    columns: true,
  });
  const movies: Record<string, string | number | null>[] = JSON.parse(
    readFileSync(join(folder, 'movies.json'), 'utf8'),
  );
  return (index) => {
    const airport = airports[index % airports.length] ?? {};
    const movie = movies[index % movies.length] ?? {};
    return [
      `r${index}`,
      airport['name'] ?? null,
      airport['city'] ?? null,
      airport['state'] ?? null,
      airport['country'] ?? null,
      Number(airport['latitude']),
      Number(airport['longitude']),
      String(movie['Title'] ?? ''),
      movie['Release Date'] ?? null,
      movie['Distributor'] ?? null,
      movie['IMDB Rating'] ?? null,
      movie['IMDB Votes'] ?? null,
    ];
  };
}

function toCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function toObject(values: (string | number | null)[]): string {
  return JSON.stringify(Object.fromEntries(COLUMNS.map((column, index) => [column, values[index]])));
}

/** The CSV mapping that gives the same types as the JSON file. */
export const CSV_MAPPING: Record<string, 'float' | 'integer'> = Object.fromEntries(
  COLUMNS.filter((column) => NUMERIC.has(column)).map((column) => [
    column,
    column === 'votes' ? 'integer' : 'float',
  ]),
);

async function writeRows(
  file: string,
  rows: number,
  text: { head: string; row: (index: number) => string; tail: string },
): Promise<void> {
  const stream = createWriteStream(`${file}.part`);
  stream.write(text.head);
  for (let from = 0; from < rows; from += ROWS_PER_WRITE) {
    let chunk = '';
    for (let index = from; index < Math.min(rows, from + ROWS_PER_WRITE); index += 1)
      chunk += text.row(index);
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end(text.tail);
  await once(stream, 'finish');
  renameSync(`${file}.part`, file);
}
