import type { Operation } from '../application.ts';
import { deleteCompanion } from '../companions.ts';

/** `DELETE /1/indexes/{indexName}/rules/{objectID}` */
export const deleteRule: Operation = (application, request) => deleteCompanion('rules', application, request);
