import type { Operation } from '../application.ts';
import { deleteCompanion } from '../companions.ts';

/** `DELETE /1/indexes/{indexName}/synonyms/{objectID}` */
export const deleteSynonym: Operation = (application, request) =>
  deleteCompanion('synonyms', application, request);
