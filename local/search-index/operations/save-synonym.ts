import type { Operation } from '../application.ts';
import { saveCompanion } from '../companions.ts';

/** `PUT /1/indexes/{indexName}/synonyms/{objectID}` */
export const saveSynonym: Operation = (application, request) =>
  saveCompanion('synonyms', application, request);
