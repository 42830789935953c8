import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFilter } from '../../../local/search-index/search/parse-filter.ts';
import { matchesFilter } from '../../../local/search-index/search/filter.ts';
import { movies, type Movie } from './movies.ts';
import { startIndex, type StartedIndex } from './start-index.ts';

const indexName = 'movies';

let index: StartedIndex;
beforeAll(async () => {
  index = await startIndex();
  await index.client.saveObjects({
    indexName,
    objects: movies,
  });
});
afterAll(() => index.stop());

async function count(searchParams: Record<string, unknown>): Promise<number | undefined> {
  return (
    await index.client.searchSingleIndex({ indexName, searchParams: { ...searchParams, hitsPerPage: 0 } })
  ).nbHits;
}

const naive = (isMatch: (movie: Movie) => boolean) => movies.filter(isMatch).length;
const number = (movie: Movie, name: string) => (typeof movie[name] === 'number' ? movie[name] : Number.NaN);

test.each<[string, (movie: Movie) => boolean]>([
  ['Distributor:Gramercy', (m) => m['Distributor'] === 'Gramercy'],
  ['Distributor:gramercy', (m) => m['Distributor'] === 'Gramercy'],
  ['"Major Genre":"Black Comedy"', (m) => m['Major Genre'] === 'Black Comedy'],
  ["'Major Genre':'Black Comedy'", (m) => m['Major Genre'] === 'Black Comedy'],
  ['NOT "Major Genre":Drama', (m) => m['Major Genre'] !== 'Drama'],
  ['"IMDB Rating" > 8', (m) => number(m, 'IMDB Rating') > 8],
  ['"IMDB Rating">=8.1', (m) => number(m, 'IMDB Rating') >= 8.1],
  ['"IMDB Rating" = 7', (m) => m['IMDB Rating'] === 7],
  ['"IMDB Rating":7', (m) => m['IMDB Rating'] === 7],
  ['"IMDB Rating" != 7', (m) => m['IMDB Rating'] !== 7],
  ['"IMDB Rating":7.5 TO 8', (m) => number(m, 'IMDB Rating') >= 7.5 && number(m, 'IMDB Rating') <= 8],
  ['"US Gross" < 1000 AND "US Gross" > 0', (m) => number(m, 'US Gross') < 1000 && number(m, 'US Gross') > 0],
  [
    '("Major Genre":Drama OR "Major Genre":Comedy) AND "IMDB Rating" > 8',
    (m) => ['Drama', 'Comedy'].includes(String(m['Major Genre'])) && number(m, 'IMDB Rating') > 8,
  ],
  [
    '"IMDB Rating" > 8 AND "Major Genre":Drama OR "Major Genre":Comedy',
    (m) => ['Drama', 'Comedy'].includes(String(m['Major Genre'])) && number(m, 'IMDB Rating') > 8,
  ],
  [
    'NOT ("Major Genre":Drama OR ("MPAA Rating":R AND NOT Source:Remake))',
    (m) => !(m['Major Genre'] === 'Drama' || (m['MPAA Rating'] === 'R' && m['Source'] !== 'Remake')),
  ],
])('%s finds what a naive evaluation finds', async (filters, isMatch) => {
  const expected = naive(isMatch);
  expect(expected).toBeGreaterThan(0);
  expect(await count({ filters })).toBe(expected);
});

test('lists of filters mean AND, lists inside them OR', async () => {
  const facetFilters = [['Major Genre:Drama', 'Major Genre:Comedy'], 'MPAA Rating:-R'];
  const numericFilters = ['IMDB Rating>=7', ['US Gross<1000000', 'IMDB Votes:1000 TO 2000']];
  const expected = naive(
    (m) =>
      ['Drama', 'Comedy'].includes(String(m['Major Genre'])) &&
      m['MPAA Rating'] !== 'R' &&
      number(m, 'IMDB Rating') >= 7 &&
      (number(m, 'US Gross') < 1_000_000 ||
        (number(m, 'IMDB Votes') >= 1000 && number(m, 'IMDB Votes') <= 2000)),
  );
  expect(expected).toBeGreaterThan(0);
  expect(await count({ facetFilters, numericFilters })).toBe(expected);
});

test('filters restrict what a query found', async () => {
  const all = await count({ query: 'star' });
  const some = await count({ query: 'star', filters: '"IMDB Rating" > 7' });
  const others = await count({ query: 'star', filters: 'NOT "IMDB Rating" > 7' });
  expect(some).toBeGreaterThan(0);
  expect(Number(some) + Number(others)).toBe(all);
});

test('any combination of conditions finds what a naive evaluation finds', () => {
  type Condition = { text: string; isMatch: (movie: Movie) => boolean };
  const facet = fc
    .tuple(
      fc.constantFrom('Distributor', 'Major Genre', 'MPAA Rating'),
      fc.constantFrom(...movies.slice(0, 50)),
    )
    .map(([name, movie]): Condition => ({
      text: `"${name}":"${String(movie[name] ?? 'none').replaceAll('"', String.raw`\"`)}"`,
      isMatch: (m) => m[name] !== null && m[name] === (movie[name] ?? 'none'),
    }));
  const numeric = fc
    .tuple(
      fc.constantFrom('IMDB Rating', 'US Gross'),
      fc.constantFrom('<', '>='),
      fc.constantFrom(5, 6.5, 8, 146083),
    )
    .map(([name, operator, value]): Condition => ({
      text: `"${name}" ${operator} ${value}`,
      isMatch: (m) => (operator === '<' ? number(m, name) < value : number(m, name) >= value),
    }));
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      facet,
      numeric,
      tie('condition').map(({ text, isMatch }) => ({
        text: `NOT (${text})`,
        isMatch: (m: Movie) => !isMatch(m),
      })),
      fc.tuple(tie('condition'), tie('condition'), fc.boolean()).map(([a, b, isAnd]) => ({
        text: `(${a.text} ${isAnd ? 'AND' : 'OR'} ${b.text})`,
        isMatch: (m: Movie) => (isAnd ? a.isMatch(m) && b.isMatch(m) : a.isMatch(m) || b.isMatch(m)),
      })),
    ),
  }));
  const sample = movies.filter((_, n) => n % 10 === 0);
  fc.assert(
    fc.property(condition, ({ text, isMatch }) => {
      const filter = parseFilter(text);
      expect(sample.filter((movie) => matchesFilter(filter, movie))).toEqual(sample.filter(isMatch));
    }),
    { numRuns: 150 },
  );
});

test('tags, lists, nested attributes and values with signs are understood', () => {
  const record = {
    _tags: ['new', 'hot'],
    list: ['a', 'b'],
    nested: { deep: [{ n: 1 }, { n: 5 }] },
    url: 'http://x.y/z',
    on: true,
    'a.b': 'dotted',
  };
  const isMatch = (filters: string) => matchesFilter(parseFilter(filters), record);
  for (const filters of [
    'new',
    '_tags:hot AND new',
    'list:b',
    'nested.deep.n > 4',
    'url:"http://x.y/z"',
    'url:http://x.y/z',
    'on:true',
    'a.b:dotted',
  ]) {
    expect([filters, isMatch(filters)]).toEqual([filters, true]);
  }
  for (const filters of ['New', 'list:c', 'nested.deep.n > 5', 'on:false', 'NOT new', 'missing:x']) {
    expect([filters, isMatch(filters)]).toEqual([filters, false]);
  }
});

test.each(['a:', 'a >', 'a > b', '(a:b', 'a:b)', 'AND', 'a:b AND', 'a:1 TO x', 'a:b c:d', '"open'])(
  'a filter that cannot be read is a 400 that says where: %s',
  async (filters) => {
    await expect(count({ filters })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/^filters: .* at col \d+/u),
    });
  },
);
