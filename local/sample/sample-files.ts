import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file that the sample server serves. */
export interface SampleFile {
  readonly name: string;
  readonly contentType: string;
  readonly contents: Buffer;
  /** Strong: the same bytes have the same tag at every start, so that a run can go on where it stopped. */
  readonly etag: string;
}

/** The package exports only its entry; the data lies beside it. */
const ENTRY = createRequire(import.meta.url).resolve('vega-datasets');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  'airports.csv': 'text/csv; charset=utf-8',
  'movies.json': 'application/json',
};

/** The real data of the sample pipeline, from the package vega-datasets. */
export async function readSampleFiles(): Promise<SampleFile[]> {
  return Promise.all(
    Object.entries(CONTENT_TYPES).map(async ([name, contentType]) => {
      const contents = await readFile(join(dirname(ENTRY), '..', 'data', name));
      const digest = createHash('sha256').update(contents).digest('hex').slice(0, 32);
      return { name, contentType, contents, etag: `"${digest}"` };
    }),
  );
}
