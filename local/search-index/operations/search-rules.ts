import type { Operation } from '../application.ts';
import { searchCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/rules/search` */
export const searchRules: Operation = (application, request) =>
  searchCompanions('rules', application, request);
