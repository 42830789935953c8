import { parseObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { readSettings } from '../storage/default-settings.ts';
import type { IndexStore } from '../storage/index-store.ts';
import type { StoredIndex } from '../storage/stored-index.ts';
import { FacetCounts } from './facet-counts.ts';
import { highlightRecord } from './highlight.ts';
import { splitQuery, toMatch } from './query-words.ts';
import { createRecordFilter, hasFilters } from './record-filter.ts';
import { createProjection } from './retrieved-attributes.ts';
import { parseParameters, type SearchParameters } from './search-parameters.ts';
import { readAttributeNames } from './searchable-words.ts';

/** Every fill of full text commits after this many records, so that memory stays small. */
const FILL_STEP = 2000;

interface Plan {
  readonly index: StoredIndex;
  readonly raw: JsonObject;
  readonly parameters: SearchParameters;
  readonly settings: JsonObject;
  readonly words: readonly string[];
  readonly match: string;
  readonly page: number;
  readonly hitsPerPage: number;
}

interface Found {
  readonly nbHits: number;
  readonly hits: Buffer[];
  readonly facets: FacetCounts | undefined;
}

/** Answers one search as Algolia does, as JSON text; records keep their bytes. `nbHits` is exact. */
export function runSearch(store: IndexStore, indexName: string, raw: JsonObject): string {
  const startedAt = performance.now();
  const plan = createPlan(store, indexName, raw);
  if (plan.match !== '') bringFullTextUp(store, plan.index);
  const found = needsEveryRecord(plan) ? findByReading(plan) : findByCounting(plan);
  return renderAnswer(plan, found, Math.max(1, Math.round(performance.now() - startedAt)));
}

/** Fills full text until it is current. */
function bringFullTextUp(store: IndexStore, index: StoredIndex): void {
  while (!index.isFullTextCurrent) {
    store.transact(() => {
      index.fillFullText(FILL_STEP);
      store.save(index);
    });
  }
}

function createPlan(store: IndexStore, indexName: string, raw: JsonObject): Plan {
  const parameters = parseParameters(raw);
  const index = store.get(indexName);
  const settings = readSettings(index.state.settings);
  const words = splitQuery(parameters.query ?? '');
  const queryType = parameters.queryType ?? readQueryType(settings['queryType']);
  return {
    index,
    raw,
    parameters,
    settings,
    words,
    match: toMatch(words, queryType),
    page: parameters.page ?? 0,
    hitsPerPage: parameters.hitsPerPage ?? readNumber(settings['hitsPerPage'], 20),
  };
}

function needsEveryRecord(plan: Plan): boolean {
  return hasFilters(plan.raw) || listFacets(plan).length > 0;
}

function findByCounting({ index, match, page, hitsPerPage }: Plan): Found {
  const limits = { limit: hitsPerPage, offset: page * hitsPerPage };
  if (match !== '') {
    const hits = [...index.readMatches(match, limits)];
    return { nbHits: index.countMatches(match), hits, facets: undefined };
  }
  const hits = [...index.table.readBySeq(0, limits.limit, limits.offset)].map(({ record }) => record);
  return { nbHits: index.state.records, hits, facets: undefined };
}

function findByReading(plan: Plan): Found {
  const { index, match, page, hitsPerPage } = plan;
  const isMatch = createRecordFilter(plan.raw);
  const facets = new FacetCounts(listFacets(plan));
  const hits: Buffer[] = [];
  let nbHits = 0;
  for (const record of match === '' ? readAll(index) : index.readMatches(match)) {
    const object = parseObject(record);
    if (!isMatch(object)) continue;
    facets.add(object);
    if (nbHits >= page * hitsPerPage && hits.length < hitsPerPage) hits.push(record);
    nbHits++;
  }
  return { nbHits, hits, facets };
}

function* readAll(index: StoredIndex): Generator<Buffer> {
  for (const { record } of index.table.readBySeq(0)) yield record;
}

function listFacets({ raw, settings }: Plan): string[] {
  const facets = typeof raw['facets'] === 'string' ? raw['facets'].split(',') : raw['facets'];
  const names = readAttributeNames(facets);
  return names.includes('*') ? readAttributeNames(settings['attributesForFaceting']) : names;
}

function renderAnswer(plan: Plan, found: Found, processingTimeMS: number): string {
  const { settings, parameters, page, hitsPerPage, raw } = plan;
  const reachable = Math.min(found.nbHits, readNumber(settings['paginationLimitedTo'], 1000));
  const rest: JsonObject = {
    nbHits: found.nbHits,
    page,
    nbPages: hitsPerPage === 0 ? 0 : Math.ceil(reachable / hitsPerPage),
    hitsPerPage,
    exhaustiveNbHits: true,
    exhaustive: { nbHits: true },
    query: parameters.query ?? '',
    params: toParams(raw),
    renderingContent: {},
    processingTimeMS,
  };
  if (found.facets) {
    rest['facets'] = found.facets.toFacets(
      parameters.maxValuesPerFacet ?? readNumber(settings['maxValuesPerFacet'], 100),
    );
    rest['facets_stats'] = found.facets.toStatistics();
    rest['exhaustiveFacetsCount'] = true;
  }
  return `{"hits":[${renderHits(plan, found.hits).join(',')}],${JSON.stringify(rest).slice(1)}`;
}

function renderHits({ raw, settings, parameters, words }: Plan, hits: readonly Buffer[]): string[] {
  const project = createProjection(raw['attributesToRetrieve'], settings);
  const tags = {
    before: parameters.highlightPreTag ?? String(settings['highlightPreTag']),
    after: parameters.highlightPostTag ?? String(settings['highlightPostTag']),
  };
  const setting = raw['attributesToHighlight'] ?? settings['attributesToHighlight'];
  const isPlain = Array.isArray(setting) && setting.length === 0;
  return hits.map((hit) => {
    const record = project(hit);
    const text = record.toString('utf8');
    if (isPlain) return text;
    const highlight = JSON.stringify(highlightRecord(parseObject(record), words, tags));
    return `${text.slice(0, text.lastIndexOf('}'))},"_highlightResult":${highlight}}`;
  });
}

function toParams(raw: JsonObject): string {
  const entries = Object.entries(raw).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(entries).toString();
}

function readNumber(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function readQueryType(value: JsonValue | undefined): 'prefixLast' | 'prefixAll' | 'prefixNone' {
  return value === 'prefixAll' || value === 'prefixNone' ? value : 'prefixLast';
}
