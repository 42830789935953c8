import type { Operation } from '../application.ts';
import { searchCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/synonyms/search` */
export const searchSynonyms: Operation = (application, request) =>
  searchCompanions('synonyms', application, request);
