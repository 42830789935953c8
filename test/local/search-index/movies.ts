import { readFileSync } from 'node:fs';

export type Movie = Record<string, string | number | null> & { objectID: string };

const file = new URL('../../../node_modules/vega-datasets/data/movies.json', import.meta.url);

/** Real records with texts, numbers and nulls; the position is the id. */
export const movies = (
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, string | number | null>[]
).map((movie, n): Movie => ({ ...movie, objectID: `${n}` }));
