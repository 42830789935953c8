import type { Operation } from '../application.ts';
import { clearCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/rules/clear` */
export const clearRules: Operation = (application, request) => clearCompanions('rules', application, request);
