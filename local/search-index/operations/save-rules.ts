import type { Operation } from '../application.ts';
import { saveCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/rules/batch?clearExistingRules=` */
export const saveRules: Operation = (application, request) =>
  saveCompanions({ kind: 'rules', replaceParameter: 'clearExistingRules' }, application, request);
