import type { Operation } from '../application.ts';
import { saveCompanion } from '../companions.ts';

/** `PUT /1/indexes/{indexName}/rules/{objectID}` */
export const saveRule: Operation = (application, request) => saveCompanion('rules', application, request);
