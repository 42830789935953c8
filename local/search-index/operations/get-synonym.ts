import type { Operation } from '../application.ts';
import { getCompanion } from '../companions.ts';

/** `GET /1/indexes/{indexName}/synonyms/{objectID}` */
export const getSynonym: Operation = (application, request) => getCompanion('synonyms', application, request);
