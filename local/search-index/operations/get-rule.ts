import type { Operation } from '../application.ts';
import { getCompanion } from '../companions.ts';

/** `GET /1/indexes/{indexName}/rules/{objectID}` */
export const getRule: Operation = (application, request) => getCompanion('rules', application, request);
