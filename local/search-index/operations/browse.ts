import * as z from 'zod';
import { AlgoliaError } from '../algolia-error.ts';
import type { Operation, OperationRequest } from '../application.ts';
import { parseJson, parseObject, type JsonObject } from '../json/json-value.ts';
import { splitQuery } from '../search/query-words.ts';
import { createRecordFilter, hasFilters } from '../search/record-filter.ts';
import { createProjection } from '../search/retrieved-attributes.ts';
import {
  parseBody,
  parseParameters,
  readQueryValue,
  readRawParameters,
} from '../search/search-parameters.ts';
import type { StoredIndex } from '../storage/stored-index.ts';

const MAX_HITS = 1000;

/** What a cursor stands for: the parameters of the first call and the last objectID that was answered. */
const cursorSchema = z.object({ after: z.string(), parameters: z.record(z.string(), z.json()) });

/**
 * `POST` or `GET /1/indexes/{indexName}/browse`: the records as they were sent, in the order of their objectIDs, so that
 * writes meanwhile neither repeat nor skip those that stay.
 */
export const browse: Operation = ({ store }, request) => {
  const asked = readAsked(request);
  const { after, parameters: raw } = readCursor(asked);
  const parameters = parseParameters(raw);
  const query = parameters.query ?? '';
  if (splitQuery(query).length > 0) throw new AlgoliaError(400, 'The local index cannot browse by a query');
  const index = store.get(request.path.indexName);
  const hitsPerPage = Math.max(1, parameters.hitsPerPage ?? MAX_HITS);
  const page = readPage(index, { raw, after, hitsPerPage });
  const project = createProjection(raw['attributesToRetrieve'], index.state.settings);
  const nbHits = page.nbHits;
  const rest: JsonObject = { page: 0, nbHits, nbPages: Math.ceil(nbHits / hitsPerPage), hitsPerPage };
  if (page.last !== undefined) rest['cursor'] = createCursor(page.last, raw);
  const tail = { ...rest, query, params: '', processingTimeMS: 1 };
  return joinHits(page.records.map(project), JSON.stringify(tail));
};

function readPage(
  index: StoredIndex,
  { raw, after, hitsPerPage }: { raw: JsonObject; after: string | undefined; hitsPerPage: number },
): { records: Buffer[]; nbHits: number; last: string | undefined } {
  const isFiltered = hasFilters(raw);
  const isMatch = createRecordFilter(raw);
  const records: Buffer[] = [];
  let last: string | undefined;
  let hasMore = false;
  for (const { objectID, record } of index.table.readByID(after, isFiltered ? -1 : hitsPerPage + 1)) {
    if (isFiltered && !isMatch(parseObject(record))) continue;
    hasMore = records.length === hitsPerPage;
    if (hasMore) break;
    records.push(record);
    last = objectID;
  }
  const nbHits = isFiltered ? countMatches(index, isMatch) : index.state.records;
  return { records, nbHits, last: hasMore ? last : undefined };
}

function countMatches(index: StoredIndex, isMatch: (record: JsonObject) => boolean): number {
  let count = 0;
  for (const { record } of index.table.readBySeq(0)) if (isMatch(parseObject(record))) count++;
  return count;
}

function readAsked({ body, query }: OperationRequest): JsonObject {
  const fromQuery = Object.fromEntries(
    [...query]
      .filter(([name]) => !name.startsWith('x-algolia-'))
      .map(([name, value]) => [name, readQueryValue(value)]),
  );
  return readRawParameters({ ...fromQuery, ...parseBody(body) });
}

function readCursor(asked: JsonObject): { after: string | undefined; parameters: JsonObject } {
  const text = asked['cursor'];
  if (typeof text !== 'string' || text === '') return { after: undefined, parameters: asked };
  try {
    return cursorSchema.parse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new AlgoliaError(400, 'Invalid cursor');
  }
}

function createCursor(after: string, parameters: JsonObject): string {
  return Buffer.from(JSON.stringify({ after, parameters })).toString('base64url');
}

function joinHits(records: readonly Buffer[], tail: string): Buffer {
  const comma = Buffer.from(',');
  const parts: Buffer[] = [Buffer.from('{"hits":[')];
  for (const [position, record] of records.entries()) {
    if (position > 0) parts.push(comma);
    parts.push(record);
  }
  return Buffer.concat([...parts, Buffer.from(`],${tail.slice(1)}`)]);
}
