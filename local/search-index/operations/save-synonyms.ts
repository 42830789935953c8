import type { Operation } from '../application.ts';
import { saveCompanions } from '../companions.ts';

/** `POST /1/indexes/{indexName}/synonyms/batch?replaceExistingSynonyms=` */
export const saveSynonyms: Operation = (application, request) =>
  saveCompanions({ kind: 'synonyms', replaceParameter: 'replaceExistingSynonyms' }, application, request);
