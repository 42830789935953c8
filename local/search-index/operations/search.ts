import { AlgoliaError } from '../algolia-error.ts';
import type { Operation } from '../application.ts';
import { isJsonObject } from '../json/json-value.ts';
import { runSearch } from '../search/run-search.ts';
import { parseBody, readRawParameters } from '../search/search-parameters.ts';

// `POST` to the path `queries` of the index `*`: several searches, answered in order.
export const search: Operation = ({ store }, { body }) => {
  const { requests, strategy } = parseBody(body);
  if (!Array.isArray(requests)) throw new AlgoliaError(400, '"requests" attribute is missing');
  if (strategy === 'stopIfEnoughMatches') {
    throw new AlgoliaError(400, 'The strategy stopIfEnoughMatches is not supported by the local index');
  }
  const results = requests.map((request) => {
    if (!isJsonObject(request)) throw new AlgoliaError(400, 'Each request must be an object');
    const { indexName, type, ...rest } = request;
    if (typeof indexName !== 'string') throw new AlgoliaError(400, 'Each request needs an indexName');
    if (type === 'facet')
      throw new AlgoliaError(400, 'Searching facet values is not supported by the local index');
    const answer = runSearch(store, indexName, readRawParameters(rest));
    return `${answer.slice(0, -1)},"index":${JSON.stringify(indexName)}}`;
  });
  return `{"results":[${results.join(',')}]}`;
};
