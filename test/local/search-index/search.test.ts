import { afterAll, beforeAll, expect, test } from 'vitest';
import { movies, type Movie } from './movies.ts';
import { startIndex, type StartedIndex } from './start-index.ts';

const indexName = 'movies';

let index: StartedIndex;
beforeAll(async () => {
  index = await startIndex();
  await index.client.saveObjects({ indexName, objects: movies });
});
afterAll(() => index.stop());

const tokens = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

const movieOf = (objectID: string): Movie => movies[Number(objectID)] ?? { objectID };

/** All words of the query in the record, the last one as a beginning. */
function isMatch(movie: Movie, query: string): boolean {
  const words = tokens(query);
  const found = Object.values(movie).flatMap((value) => (value === null ? [] : tokens(String(value))));
  return words.every((word, n) =>
    found.some((token) => (n === words.length - 1 ? token.startsWith(word) : token === word)),
  );
}

test.each([
  'star',
  'star war',
  'the godfather',
  'pixar',
  'Amélie',
  'amelie',
  '2012',
  'no such film anywhere',
  'spielberg ste',
  "ocean's 11",
  'c++ "quoted" OR NOT',
])('a query finds exactly the records that have its words: %s', async (query) => {
  const expected = movies.filter((movie) => isMatch(movie, query)).length;
  const { nbHits, hits } = await index.client.searchSingleIndex<Movie>({
    indexName,
    searchParams: { query, hitsPerPage: 1000 },
  });
  expect(nbHits).toBe(expected);
  expect(hits.every((hit) => isMatch(movieOf(hit.objectID), query))).toBe(true);
});

test('pages do not overlap and say how many there are', async () => {
  const search = (page: number) =>
    index.client.searchSingleIndex({ indexName, searchParams: { query: 'the', page, hitsPerPage: 10 } });
  const [first, second] = [await search(0), await search(1)];
  expect(new Set([...first.hits, ...second.hits].map((hit) => hit.objectID)).size).toBe(20);
  expect(first).toMatchObject({
    page: 0,
    hitsPerPage: 10,
    nbPages: Math.ceil(Math.min(Number(first.nbHits), 1000) / 10),
  });
});

test('an empty query counts every record', async () => {
  const { results } = await index.client.search({
    requests: [
      { indexName, hitsPerPage: 0 },
      { indexName, query: 'star', hitsPerPage: 2 },
    ],
  });
  expect(results).toMatchObject([{ nbHits: movies.length, hits: [], index: indexName }, { hits: [{}, {}] }]);
});

test('a record that changes is found by its new words only', async () => {
  const { client } = index;
  await client.saveObjects({
    indexName: 'changing',
    objects: [
      { objectID: '1', t: 'alpha' },
      { objectID: '2', t: 'alpha' },
    ],
  });
  const count = async (query: string) =>
    (await client.searchSingleIndex({ indexName: 'changing', searchParams: { query } })).nbHits;
  expect(await count('alpha')).toBe(2);
  await client.saveObjects({ indexName: 'changing', objects: [{ objectID: '1', t: 'beta' }] });
  await client.deleteObject({ indexName: 'changing', objectID: '2' });
  expect([await count('alpha'), await count('beta')]).toEqual([0, 1]);
  await client.clearObjects({ indexName: 'changing' });
  expect(await count('beta')).toBe(0);
});

test('searchableAttributes restrict where words are looked for, also once set later', async () => {
  const { client } = index;
  const name = 'attributes';
  await client.saveObjects({
    indexName: name,
    objects: [{ objectID: '1', title: 'sun', body: { text: 'moon' } }],
  });
  const count = async (query: string) =>
    (await client.searchSingleIndex({ indexName: name, searchParams: { query } })).nbHits;
  expect(await count('moon')).toBe(1);
  await client.setSettings({
    indexName: name,
    indexSettings: { searchableAttributes: ['unordered(title)'] },
  });
  expect([await count('moon'), await count('sun')]).toEqual([0, 1]);
  await client.setSettings({ indexName: name, indexSettings: { searchableAttributes: ['title,body.text'] } });
  expect([await count('moon'), await count('sun')]).toEqual([1, 1]);
});

test('facets count the values of all hits and measure numbers', async () => {
  const answer = await index.client.searchSingleIndex({
    indexName,
    searchParams: {
      query: '',
      facets: ['Major Genre', 'IMDB Rating'],
      maxValuesPerFacet: 1000,
      hitsPerPage: 0,
    },
  });
  const expected: Record<string, number> = {};
  for (const movie of movies)
    if (movie['Major Genre']) expected[movie['Major Genre']] = (expected[movie['Major Genre']] ?? 0) + 1;
  expect(answer.facets?.['Major Genre']).toEqual(expected);
  const ratings = movies.map((movie) => movie['IMDB Rating']).filter((rating) => typeof rating === 'number');
  expect(answer.facets_stats?.['IMDB Rating']).toMatchObject({
    min: Math.min(...ratings),
    max: Math.max(...ratings),
  });
});

test('hits show the attributes asked for, and the matches in tags', async () => {
  const { hits } = await index.client.searchSingleIndex<Movie>({
    indexName,
    searchParams: {
      query: 'Jurassic pa',
      attributesToRetrieve: ['Title'],
      hitsPerPage: 1,
      highlightPreTag: '[',
      highlightPostTag: ']',
    },
  });
  const { _highlightResult, ...shown } = hits[0] ?? { objectID: '' };
  expect(Object.keys(shown).sort()).toEqual(['Title', 'objectID']);
  expect(_highlightResult).toMatchObject({
    Title: {
      value: expect.stringMatching(/\[Jurassic\] \[Pa\]rk/u),
      matchLevel: 'full',
      matchedWords: ['jurassic', 'pa'],
    },
  });
});

test('attributes that are not retrievable stay hidden', async () => {
  const name = 'hidden';
  await index.client.saveObjects({ indexName: name, objects: [{ objectID: '1', open: 1, secret: 2 }] });
  await index.client.setSettings({ indexName: name, indexSettings: { unretrievableAttributes: ['secret'] } });
  const { hits } = await index.client.searchSingleIndex({
    indexName: name,
    searchParams: { attributesToHighlight: [] },
  });
  expect(hits).toEqual([{ objectID: '1', open: 1 }]);
  const except = await index.client.searchSingleIndex({
    indexName: name,
    searchParams: { attributesToRetrieve: ['*', '-open'], attributesToHighlight: [] },
  });
  expect(except.hits).toEqual([{ objectID: '1' }]);
});

test('parameters may come as a query string', async () => {
  const response = await index.send(
    'POST',
    `/1/indexes/${indexName}/query`,
    JSON.stringify({ params: 'query=star&hitsPerPage=1&facetFilters=%5B%22Major%20Genre%3ADrama%22%5D' }),
  );
  const answer = (await response.json()) as { hits: Movie[] };
  expect(answer).toMatchObject({ hitsPerPage: 1, query: 'star' });
  expect(answer.hits[0]?.['Major Genre']).toBe('Drama');
});

test('a value that cannot be is a 400 that names the parameter', async () => {
  await expect(
    index.client.searchSingleIndex({ indexName, searchParams: { hitsPerPage: -1 } }),
  ).rejects.toMatchObject({ status: 400, message: expect.stringContaining('hitsPerPage') });
});
