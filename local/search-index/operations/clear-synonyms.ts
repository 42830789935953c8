import type { Operation } from '../application.ts';
import { clearCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/synonyms/clear` */
export const clearSynonyms: Operation = (application, request) =>
  clearCompanions('synonyms', application, request);
