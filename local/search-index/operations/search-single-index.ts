import type { Operation } from '../application.ts';
import { runSearch } from '../search/run-search.ts';
import { parseBody, readRawParameters } from '../search/search-parameters.ts';

/** `POST /1/indexes/{indexName}/query` */
export const searchSingleIndex: Operation = ({ store }, { path, body }) =>
  runSearch(store, path.indexName, readRawParameters(parseBody(body)));
